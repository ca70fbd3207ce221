/**
 * SQL for API keys. Every statement names the tenant, but those that a key itself sets off. What
 * changes a key writes it to the audit log in the same statement or batch.
 */
import { and, desc, eq, gt, isNull, lte, notExists, or, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { newId } from '../../../shared/ids.ts'
import { traceparentOf } from '../../../shared/trace.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import { bans } from './ban-tables.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerCore } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { apiKeys } from './key-tables.ts'
import { organizations } from './tables.ts'

export type ApiKeyRow = typeof apiKeys.$inferSelect

/** A key's use is written down at most once in so many milliseconds. */
const USE_MS = 60_000

/** At most `limit` keys of the tenant, newest first, from behind the key `cursor`. */
export async function selectKeys(
  { env }: IssuerCore,
  tenantId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ApiKeyRow[]> {
  const { id, createdAt } = apiKeys
  const before =
    cursor &&
    sql`(${createdAt}, ${id}) < (select created_at, id from auth.api_keys where id = ${cursor} and tenant_id = ${tenantId})`
  return reaching(
    authDatabaseOf(env)
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenantId, tenantId), before || undefined))
      .orderBy(desc(createdAt), desc(id))
      .limit(limit),
  )
}

/** The key, whosever it is: before a key is known there is no tenant. */
export async function findKey({ env }: IssuerCore, keyId: string): Promise<ApiKeyRow | undefined> {
  const [row] = await reaching(
    authDatabaseOf(env).select().from(apiKeys).where(eq(apiKeys.id, keyId)),
  )
  return row
}

/** The same for who uses it: while its maker is banned there is no such key. */
export async function findUsableKey(
  { env, now }: IssuerCore,
  keyId: string,
): Promise<(ApiKeyRow & { plan: string | null }) | undefined> {
  const db = authDatabaseOf(env)
  const isInForce = or(isNull(bans.expiresAt), gt(bans.expiresAt, now()))
  const ban = db
    .select({ userId: bans.userId })
    .from(bans)
    .where(and(eq(bans.userId, apiKeys.createdBy), isInForce))
  const [row] = await reaching(
    db
      .select({ key: apiKeys, plan: organizations.plan })
      .from(apiKeys)
      .innerJoin(organizations, eq(organizations.id, apiKeys.tenantId))
      .where(and(eq(apiKeys.id, keyId), notExists(ban))),
  )
  return row && { ...row.key, plan: row.plan }
}

/** The log tells of it in the same batch. */
export async function insertKey(ctx: CallerContext, row: ApiKeyRow): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const { kind, environment, scopes, expiresAt } = row
  const facts = { kind, environment, scopes: scopes.length, until: expiresAt.toISOString() }
  const entry = auditEntry(ctx, 'apikey.create', { resource: keyNamed(row.id), facts })
  await reaching(db.batch([db.insert(apiKeys).values(row), db.execute(entry)]))
}

export interface NewSecret {
  secretHash: string
  expiresAt: Date
  /** When the secret so far ends; null ends it now. */
  overlapUntil: Date | null
}

/**
 * Puts a new secret in place of the one so far. Of two rotations at once one wins, and so does the
 * overlap of the one before: the secret it promised is still in use. Ending all at once always may.
 *
 * @returns undefined when there is no such key, or it is revoked or still in an overlap
 */
export async function replaceSecret(
  ctx: CallerContext,
  keyId: string,
  { secretHash, expiresAt, overlapUntil }: NewSecret,
): Promise<{ previousExpiresAt: Date | null } | undefined> {
  const { env, now } = ctx
  const { previousExpiresAt } = apiKeys
  const isSettled = or(isNull(previousExpiresAt), lte(previousExpiresAt, now()))
  const until = overlapUntil?.toISOString()
  const db = authDatabaseOf(env)
  const change = db
    .update(apiKeys)
    .set({
      secretHash,
      expiresAt,
      rotatedAt: now(),
      previousHash: until ? sql`${apiKeys.secretHash}` : null,
      previousExpiresAt: until ? sql`least(${until}::timestamptz, ${apiKeys.expiresAt})` : null,
    })
    .where(and(isLive(ctx, keyId), until ? isSettled : undefined))
    .returning({ id: apiKeys.id, until: apiKeys.previousExpiresAt })
  const facts = { until: expiresAt.toISOString(), overlap: until ?? 'none' }
  const entry = auditColumn(ctx, 'apikey.rotate', { resource: keyNamed(keyId), facts })
  const changed = db.$with('changed').as(change)
  const [row] = await reaching(
    db.with(changed).select({ previousExpiresAt: changed.until, seq: entry }).from(changed),
  )
  return row && { previousExpiresAt: row.previousExpiresAt }
}

/** @returns whether it was there and not revoked before */
export async function markRevoked(ctx: CallerContext, keyId: string): Promise<boolean> {
  const db = authDatabaseOf(ctx.env)
  const change = db
    .update(apiKeys)
    .set({ revokedAt: ctx.now() })
    .where(isLive(ctx, keyId))
    .returning({ id: apiKeys.id })
  const entry = auditColumn(ctx, 'apikey.revoke', { resource: keyNamed(keyId) })
  const changed = db.$with('changed').as(change)
  const rows = await reaching(db.with(changed).select({ seq: entry }).from(changed))
  return rows.length > 0
}

/** Writes the time of use, unless somebody did a moment ago. */
export async function markUsed({ env, now }: IssuerCore, keyId: string): Promise<void> {
  const before = new Date(now().getTime() - USE_MS)
  await reaching(
    authDatabaseOf(env)
      .update(apiKeys)
      .set({ lastUsedAt: now() })
      .where(and(eq(apiKeys.id, keyId), lte(apiKeys.lastUsedAt, before))),
  )
}

/** The same for a key that was never used, of which the log tells, once. */
export async function markFirstUse(
  { env, now }: IssuerCore,
  { id, tenantId }: Pick<ApiKeyRow, 'id' | 'tenantId'>,
): Promise<void> {
  const db = authDatabaseOf(env)
  const change = db
    .update(apiKeys)
    .set({ lastUsedAt: now() })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.lastUsedAt)))
    .returning({ id: apiKeys.id })
  const changed = db.$with('changed').as(change)
  const actor = { type: 'key', keyId: id } as const
  const source = { now, requestId: newId(now()), traceparent: traceparentOf(undefined) }
  const details = { tenantId, actor, resource: keyNamed(id) }
  const entry = auditColumn(source, 'apikey.use.first', details)
  await reaching(db.with(changed).select({ seq: entry }).from(changed))
}

const keyNamed = (id: string) => ({ type: 'api_key', id })

const isLive = ({ tenantId }: CallerContext, keyId: string) =>
  and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt))
