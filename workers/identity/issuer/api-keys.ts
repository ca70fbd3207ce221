/** What an administrator does with API keys: list, make, rotate, revoke. Using one is key-exchange.ts. */
import { createHash } from 'node:crypto'
import { FRESH, type Permission, PERMISSIONS, PERSONAL } from '../../../shared/context.ts'
import { ProblemError } from '../../../shared/errors.ts'
import type {
  ApiKey,
  ApiKeyPage,
  ApiKeyPageQuery,
  ApiKeySecret,
  NewApiKey,
  Rotation,
} from '../api-key-schemas.ts'
import { formatKey, KEY_BYTES, type KeyKind, makeKeyId, makeSecret } from '../api-key.ts'
import {
  type ApiKeyRow,
  findKey,
  insertKey,
  markRevoked,
  replaceSecret,
  selectKeys,
} from './api-key-store.ts'
import type { CallerContext } from './caller.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A client key may be read by anybody, so it does what anybody may: ask for a flag's value. */
const CLIENT_SCOPES: Permission[] = ['flag.evaluate']

export async function listKeys(
  ctx: CallerContext,
  { limit, cursor }: ApiKeyPageQuery,
): Promise<ApiKeyPage> {
  const rows = await selectKeys(ctx, ctx.tenantId, { limit: limit + 1, cursor })
  const items = rows.slice(0, limit).map((row) => describe(row, ctx.now()))
  const nextCursor = rows.length > limit ? (items.at(-1)?.id ?? null) : null
  return { items, nextCursor, scopes: scopesFor(ctx) }
}

/** What the caller may hand on to a program. */
export function scopesFor({ actor }: CallerContext): ApiKeyPage['scopes'] {
  const held = actor.type === 'user' ? actor.permissions : new Set<string>()
  return PERMISSIONS.filter((name) => held.has(name) && !PERSONAL.has(name)).map((name) => ({
    name,
    isSensitive: FRESH.has(name),
  }))
}

/** @throws ProblemError forbidden when the key could do what its creator cannot */
export async function createKey(
  ctx: CallerContext,
  { name, kind, environment, origins, expiresInDays, ...given }: NewApiKey,
): Promise<ApiKeySecret> {
  const { tenantId, now } = ctx
  const scopes = kind === 'client' ? CLIENT_SCOPES : (given.scopes ?? [])
  const createdBy = personOf(ctx, scopes)
  const keyId = makeKeyId(randomBytes(KEY_BYTES.id))
  const { key, secretHash } = newSecret(kind, keyId)
  const row: ApiKeyRow = {
    id: keyId,
    tenantId,
    kind,
    name,
    environment,
    scopes: [...new Set(scopes)],
    origins: origins ?? null,
    secretHash,
    previousHash: null,
    previousExpiresAt: null,
    createdBy,
    createdAt: now(),
    rotatedAt: null,
    expiresAt: new Date(now().getTime() + expiresInDays * DAY_MS),
    lastUsedAt: null,
    revokedAt: null,
  }
  await insertKey(ctx, row)
  return { ...describe(row, now()), key }
}

/**
 * A new secret under the same id; the one so far stays valid for the overlap.
 *
 * @throws ProblemError not_found; conflict when the key is revoked or in the overlap of another
 */
export async function rotateKey(
  ctx: CallerContext,
  keyId: string,
  { overlapHours, expiresInDays }: Rotation,
): Promise<ApiKeySecret> {
  const { now } = ctx
  const known = await findOwn(ctx, keyId)
  personOf(ctx, known.scopes)
  const { key, secretHash } = newSecret(known.kind, keyId)
  const after = (ms: number) => new Date(now().getTime() + ms)
  const expiresAt = after(expiresInDays * DAY_MS)
  const overlapUntil = overlapHours > 0 ? after(overlapHours * HOUR_MS) : null
  const changed = await replaceSecret(ctx, keyId, { secretHash, expiresAt, overlapUntil })
  if (!changed) throw notNow(await findOwn(ctx, keyId))
  const row = { ...known, ...changed, expiresAt, rotatedAt: now() }
  return { ...describe(row, now()), key }
}

/** Ends the key for good; once more changes nothing. @throws ProblemError not_found */
export async function revokeKey(ctx: CallerContext, keyId: string): Promise<void> {
  if (!(await markRevoked(ctx, keyId))) await findOwn(ctx, keyId)
}

/** Another tenant's key is not there. @throws ProblemError not_found */
async function findOwn(ctx: CallerContext, keyId: string): Promise<ApiKeyRow> {
  const row = await findKey(ctx, keyId)
  if (row?.tenantId === ctx.tenantId) return row
  throw new ProblemError('not_found', `There is no API key ${keyId}.`)
}

/** @throws ProblemError forbidden unless a person asks who holds all of `scopes` */
function personOf({ actor }: CallerContext, scopes: readonly string[]): string {
  if (actor.type !== 'user') {
    throw new ProblemError('forbidden', 'Only people make API keys; sign in to do it.')
  }
  const lacking = scopes.find((scope) => !actor.permissions.has(scope))
  if (lacking === undefined) return actor.userId
  const detail = `A key can do no more than you; you lack the permission ${lacking}.`
  throw new ProblemError('forbidden', detail)
}

function notNow({ revokedAt, previousExpiresAt }: ApiKeyRow): ProblemError {
  if (revokedAt) return new ProblemError('conflict', 'The key is revoked; make a new one.')
  const until = previousExpiresAt?.toISOString() ?? 'shortly'
  const detail = `The last rotation's overlap runs until ${until}; with overlapHours 0 it ends now.`
  return new ProblemError('conflict', detail)
}

function newSecret(kind: KeyKind, keyId: string) {
  const secret = makeSecret(randomBytes(KEY_BYTES.secret))
  return { key: formatKey({ kind, keyId, secret }), secretHash: hashSecret(secret) }
}

/**
 * Plain SHA-256: a slow hash protects what people choose, by making each guess dear. Of 256 random
 * bits there are too many to guess at any price, and this runs whenever a key is exchanged.
 */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))

function describe(row: ApiKeyRow, now: Date): ApiKey {
  const { id, kind, name, environment, scopes, origins, createdBy, previousExpiresAt } = row
  const overlap = previousExpiresAt && previousExpiresAt > now ? previousExpiresAt : null
  return {
    id,
    kind,
    name,
    environment,
    scopes,
    origins,
    status: statusOf(row, now),
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    rotatedAt: row.rotatedAt?.toISOString() ?? null,
    previousExpiresAt: overlap?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}

function statusOf({ revokedAt, expiresAt }: ApiKeyRow, now: Date): ApiKey['status'] {
  if (revokedAt) return 'revoked'
  return expiresAt > now ? 'active' : 'expired'
}
