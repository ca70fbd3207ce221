/**
 * SQL for registered applications. What changes one writes it to the audit log in the same
 * statement or batch; only a client that proves itself is found without its tenant.
 */
import { and, desc, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerCore } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { oauthClients } from './oauth-tables.ts'

export type ClientRow = typeof oauthClients.$inferSelect

/** At most `limit` clients of the tenant, newest first, from behind the client `cursor`. */
export async function selectClients(
  { env }: IssuerCore,
  tenantId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ClientRow[]> {
  const { id, createdAt } = oauthClients
  const before =
    cursor &&
    sql`(${createdAt}, ${id}) < (select created_at, id from auth.oauth_clients where id = ${cursor} and tenant_id = ${tenantId})`
  return reaching(
    authDatabaseOf(env)
      .select()
      .from(oauthClients)
      .where(and(eq(oauthClients.tenantId, tenantId), before || undefined))
      .orderBy(desc(createdAt), desc(id))
      .limit(limit),
  )
}

/** The client, whosever it is: before it is known there is no tenant. */
export async function findClient(
  { env }: IssuerCore,
  clientId: string,
): Promise<ClientRow | undefined> {
  const [row] = await reaching(
    authDatabaseOf(env).select().from(oauthClients).where(eq(oauthClients.id, clientId)),
  )
  return row
}

/** What a service token of the client may do now; null when it is revoked or another tenant's. */
export async function permissionsOfClient(
  ctx: IssuerCore,
  clientId: string,
  tenantId: string,
): Promise<readonly string[] | null> {
  const row = await findClient(ctx, clientId)
  const isValid = row?.tenantId === tenantId && !row.revokedAt
  return isValid && row.grantTypes.includes('client_credentials') ? row.scopes : null
}

/** The log tells of it in the same batch. */
export async function insertClient(ctx: CallerContext, row: ClientRow): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const facts = { type: row.type, scopes: row.scopes.length }
  const entry = auditEntry(ctx, 'oauth.client.create', { resource: clientNamed(row.id), facts })
  await reaching(db.batch([db.insert(oauthClients).values(row), db.execute(entry)]))
}

/**
 * Puts a new secret in place of the one so far, as `replaceSecret` does for API keys: of two
 * rotations at once one wins, and an overlap is not cut short but by ending all at once.
 *
 * @returns undefined when there is no such client, or it is revoked, public or still in an overlap
 */
export async function replaceClientSecret(
  ctx: CallerContext,
  clientId: string,
  { secretHash, overlapUntil }: { secretHash: string; overlapUntil: Date | null },
): Promise<{ previousExpiresAt: Date | null } | undefined> {
  const { env, now } = ctx
  const { previousExpiresAt } = oauthClients
  const isSettled = or(isNull(previousExpiresAt), lte(previousExpiresAt, now()))
  const db = authDatabaseOf(env)
  const change = db
    .update(oauthClients)
    .set({
      secretHash,
      rotatedAt: now(),
      previousHash: overlapUntil ? sql`${oauthClients.secretHash}` : null,
      previousExpiresAt: overlapUntil,
    })
    .where(
      and(
        isLive(ctx, clientId),
        eq(oauthClients.type, 'confidential'),
        overlapUntil ? isSettled : undefined,
      ),
    )
    .returning({ id: oauthClients.id, until: previousExpiresAt })
  const facts = { overlap: overlapUntil?.toISOString() ?? 'none' }
  const entry = auditColumn(ctx, 'oauth.client.rotate', { resource: clientNamed(clientId), facts })
  const changed = db.$with('changed').as(change)
  const [row] = await reaching(
    db.with(changed).select({ previousExpiresAt: changed.until, seq: entry }).from(changed),
  )
  return row && { previousExpiresAt: row.previousExpiresAt }
}

/** With every authorization it has. @returns whether it was there and not revoked before */
export async function markClientRevoked(ctx: CallerContext, clientId: string): Promise<boolean> {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const entry = auditColumn(ctx, 'oauth.client.revoke', { resource: clientNamed(clientId) })
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with changed as (
        update auth.oauth_clients set revoked_at = ${at}
        where id = ${clientId} and tenant_id = ${ctx.tenantId} and revoked_at is null returning id
      ), ended as (
        update auth.oauth_grants g set revoked_at = ${at} from changed
        where g.client_id = changed.id and g.revoked_at is null
      ), forgotten as (
        delete from auth.oauth_consents c using changed where c.client_id = changed.id
      )
      select ${entry} from changed`),
  )
  return rowCount > 0
}

export const clientNamed = (id: string) => ({ type: 'oauth_client', id })

const isLive = ({ tenantId }: CallerContext, clientId: string) =>
  and(
    eq(oauthClients.tenantId, tenantId),
    eq(oauthClients.id, clientId),
    isNull(oauthClients.revokedAt),
  )
