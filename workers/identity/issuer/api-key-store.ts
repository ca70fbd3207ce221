/** SQL for API keys. Every statement names the tenant, but the two that a key itself sets off. */
import { and, desc, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { apiKeys } from './tables.ts'

export type ApiKeyRow = typeof apiKeys.$inferSelect

/** A key's use is written down at most once in so many milliseconds. */
const USE_MS = 60_000

/** At most `limit` keys of the tenant, newest first, from behind the key `cursor`. */
export async function selectKeys(
  { env }: IssuerContext,
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
export async function findKey(
  { env }: IssuerContext,
  keyId: string,
): Promise<ApiKeyRow | undefined> {
  const [row] = await reaching(
    authDatabaseOf(env).select().from(apiKeys).where(eq(apiKeys.id, keyId)),
  )
  return row
}

export async function insertKey({ env }: IssuerContext, row: ApiKeyRow): Promise<void> {
  await reaching(authDatabaseOf(env).insert(apiKeys).values(row))
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
  { env, now }: IssuerContext,
  tenantId: string,
  keyId: string,
  { secretHash, expiresAt, overlapUntil }: NewSecret,
): Promise<ApiKeyRow | undefined> {
  const { previousExpiresAt } = apiKeys
  const isSettled = or(isNull(previousExpiresAt), lte(previousExpiresAt, now()))
  const until = overlapUntil?.toISOString()
  const [row] = await reaching(
    authDatabaseOf(env)
      .update(apiKeys)
      .set({
        secretHash,
        expiresAt,
        rotatedAt: now(),
        previousHash: until ? sql`${apiKeys.secretHash}` : null,
        previousExpiresAt: until ? sql`least(${until}::timestamptz, ${apiKeys.expiresAt})` : null,
      })
      .where(and(isLive(tenantId, keyId), until ? isSettled : undefined))
      .returning(),
  )
  return row
}

/** @returns whether it was there and not revoked before */
export async function markRevoked(
  { env, now }: IssuerContext,
  tenantId: string,
  keyId: string,
): Promise<boolean> {
  const rows = await reaching(
    authDatabaseOf(env)
      .update(apiKeys)
      .set({ revokedAt: now() })
      .where(isLive(tenantId, keyId))
      .returning({ id: apiKeys.id }),
  )
  return rows.length > 0
}

/** Writes the time of use, unless somebody did a moment ago. */
export async function markUsed({ env, now }: IssuerContext, keyId: string): Promise<void> {
  const { lastUsedAt } = apiKeys
  const isDue = or(isNull(lastUsedAt), lte(lastUsedAt, new Date(now().getTime() - USE_MS)))
  await reaching(
    authDatabaseOf(env)
      .update(apiKeys)
      .set({ lastUsedAt: now() })
      .where(and(eq(apiKeys.id, keyId), isDue)),
  )
}

const isLive = (tenantId: string, keyId: string) =>
  and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt))
