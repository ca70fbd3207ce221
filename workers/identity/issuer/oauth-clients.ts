/** What an administrator does with applications: list, register, rotate, revoke. */
import { randomBytes } from 'node:crypto'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import type {
  NewOAuthClient,
  OAuthClient,
  OAuthClientPage,
  OAuthClientPageQuery,
  OAuthClientSecret,
  OAuthRotation,
} from '../oauth-client-schemas.ts'
import { hashSecret, scopesFor } from './api-keys.ts'
import type { CallerContext } from './caller.ts'
import {
  type ClientRow,
  findClient,
  insertClient,
  markClientRevoked,
  replaceClientSecret,
  selectClients,
} from './oauth-client-store.ts'
import { revoke } from './revocation.ts'

const HOUR_MS = 3_600_000

export async function listClients(
  ctx: CallerContext,
  { limit, cursor }: OAuthClientPageQuery,
): Promise<OAuthClientPage> {
  const rows = await selectClients(ctx, ctx.tenantId, { limit: limit + 1, cursor })
  const items = rows.slice(0, limit).map((row) => describe(row, ctx.now()))
  const nextCursor = rows.length > limit ? (items.at(-1)?.id ?? null) : null
  return { items, nextCursor, scopes: scopesFor(ctx) }
}

/** @throws ProblemError forbidden when the application could do what its creator cannot */
export async function createClient(
  ctx: CallerContext,
  { name, type, grantTypes, redirectUris, scopes }: NewOAuthClient,
): Promise<OAuthClientSecret> {
  const { tenantId, now } = ctx
  const createdBy = personOf(ctx, scopes)
  const secret = type === 'confidential' ? newSecret() : null
  const row: ClientRow = {
    id: newId(now()),
    tenantId,
    name,
    type,
    grantTypes: [...new Set(grantTypes)],
    redirectUris: [...new Set(redirectUris)],
    scopes: [...new Set(scopes)],
    secretHash: secret && hashSecret(secret),
    previousHash: null,
    previousExpiresAt: null,
    createdBy,
    createdAt: now(),
    rotatedAt: null,
    revokedAt: null,
  }
  await insertClient(ctx, row)
  return { ...describe(row, now()), secret }
}

/** @throws ProblemError not_found; conflict when it is revoked, public or in another's overlap */
export async function rotateClient(
  ctx: CallerContext,
  clientId: string,
  { overlapHours }: OAuthRotation,
): Promise<OAuthClientSecret> {
  const { now } = ctx
  const known = await findOwn(ctx, clientId)
  personOf(ctx, known.scopes)
  const secret = newSecret()
  const overlapUntil = overlapHours > 0 ? new Date(now().getTime() + overlapHours * HOUR_MS) : null
  const secretHash = hashSecret(secret)
  const changed = await replaceClientSecret(ctx, clientId, { secretHash, overlapUntil })
  if (!changed) throw notNow(await findOwn(ctx, clientId))
  return { ...describe({ ...known, ...changed, rotatedAt: now() }, now()), secret }
}

/** Ends it for good, with every authorization; once more changes nothing. @throws ProblemError not_found */
export async function revokeClient(ctx: CallerContext, clientId: string): Promise<void> {
  if (!(await markClientRevoked(ctx, clientId))) {
    await findOwn(ctx, clientId)
    return
  }
  await revoke(ctx, [{ type: 'client', id: clientId }])
}

/** Another tenant's client is not there. @throws ProblemError not_found */
async function findOwn(ctx: CallerContext, clientId: string): Promise<ClientRow> {
  const row = await findClient(ctx, clientId)
  if (row?.tenantId === ctx.tenantId) return row
  throw new ProblemError('not_found', `There is no application ${clientId}.`)
}

/** @throws ProblemError forbidden unless a person asks who holds all of `scopes` */
function personOf({ actor }: CallerContext, scopes: readonly string[]): string {
  if (actor.type !== 'user') {
    throw new ProblemError('forbidden', 'Only people register applications; sign in to do it.')
  }
  const lacking = scopes.find((scope) => !actor.permissions.has(scope))
  if (lacking === undefined) return actor.userId
  const detail = `An application can do no more than you; you lack the permission ${lacking}.`
  throw new ProblemError('forbidden', detail)
}

function notNow({ revokedAt, type, previousExpiresAt }: ClientRow): ProblemError {
  if (revokedAt) return new ProblemError('conflict', 'It is revoked; register a new one.')
  if (type === 'public') return new ProblemError('conflict', 'A public client has no secret.')
  const until = previousExpiresAt?.toISOString() ?? 'shortly'
  const detail = `The last rotation's overlap runs until ${until}; with overlapHours 0 it ends now.`
  return new ProblemError('conflict', detail)
}

/** The prefix lets scanners of code know a secret when they see one. */
const newSecret = () => `va_oauth_${randomBytes(32).toString('base64url')}`

function describe(row: ClientRow, now: Date): OAuthClient {
  const { id, name, type, grantTypes, redirectUris, scopes, createdBy, previousExpiresAt } = row
  const overlap = previousExpiresAt && previousExpiresAt > now ? previousExpiresAt : null
  return {
    id,
    name,
    type,
    grantTypes,
    redirectUris,
    scopes,
    status: row.revokedAt ? 'revoked' : 'active',
    createdBy,
    createdAt: row.createdAt.toISOString(),
    rotatedAt: row.rotatedAt?.toISOString() ?? null,
    previousExpiresAt: overlap?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
