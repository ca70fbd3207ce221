/**
 * SQL for authorizations: a code is used once and a refresh token once, which one statement each
 * decides, however many arrive together. What comes a second time ends the whole authorization.
 */
import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { type AuditSource, auditColumn } from '../../audit/service.ts'
import { scopesWithin } from '../oauth.ts'
import { bans } from './ban-tables.ts'
import type { IssuerContext, IssuerCore } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { oauthClients, oauthGrants, oauthRefreshTokens } from './oauth-tables.ts'
import { isOwnRole, OWN_RIGHTS, rightsOf } from './rights.ts'
import { members, roles, users } from './tables.ts'

/** An authorization, and what its user may do in its tenant now; no role when they left it. */
export type GrantRow = NonNullable<Awaited<ReturnType<typeof findGrant>>>

/** @param which Names at most one row of `oauthGrants`, or of `oauthRefreshTokens` */
export async function findGrant({ env, now }: IssuerCore, which: SQL) {
  const readAt = now()
  const isInForce = or(isNull(bans.expiresAt), gt(bans.expiresAt, readAt))
  const isMember = and(
    eq(members.userId, oauthGrants.userId),
    eq(members.organizationId, oauthGrants.tenantId),
  )
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        id: oauthGrants.id,
        tenantId: oauthGrants.tenantId,
        clientId: oauthGrants.clientId,
        userId: oauthGrants.userId,
        scopes: oauthGrants.scopes,
        redirectUri: oauthGrants.redirectUri,
        codeChallenge: oauthGrants.codeChallenge,
        codeExpiresAt: oauthGrants.codeExpiresAt,
        codeUsedAt: oauthGrants.codeUsedAt,
        nonce: oauthGrants.nonce,
        authTime: oauthGrants.authTime,
        createdAt: oauthGrants.createdAt,
        expiresAt: oauthGrants.expiresAt,
        revokedAt: oauthGrants.revokedAt,
        clientRevokedAt: oauthClients.revokedAt,
        rights: {
          ...OWN_RIGHTS,
          amr: oauthGrants.amr,
          openedAt: oauthGrants.createdAt,
          role: members.role,
        },
        user: { name: users.name, email: users.email, emailVerified: users.emailVerified },
        bannedAt: bans.bannedAt,
        refreshUsedAt: oauthRefreshTokens.usedAt,
        refreshExpiresAt: oauthRefreshTokens.expiresAt,
      })
      .from(oauthGrants)
      .innerJoin(oauthClients, eq(oauthClients.id, oauthGrants.clientId))
      .innerJoin(users, eq(users.id, oauthGrants.userId))
      .leftJoin(members, isMember)
      .leftJoin(roles, isOwnRole)
      .leftJoin(bans, and(eq(bans.userId, oauthGrants.userId), isInForce))
      .leftJoin(oauthRefreshTokens, eq(oauthRefreshTokens.grantId, oauthGrants.id))
      .where(which)
      .limit(1),
  )
  return row && { ...row, readAt }
}

/** Whether anything of it is still good: it, its client, its user and their membership. */
export function isAlive(grant: GrantRow, now: Date): boolean {
  const isOver = grant.revokedAt ?? grant.clientRevokedAt ?? grant.bannedAt
  return !isOver && grant.expiresAt > now && grant.rights.role !== null
}

/** What of its scopes counts now: a role that shrank takes its scopes along. */
export function scopesNow({ rights, scopes }: GrantRow): string[] {
  const { role } = rights
  return role === null ? [] : scopesWithin(scopes, rightsOf({ ...rights, role }))
}

/** What an application may do by this authorization at this moment; null when that has ended. */
export async function permissionsOfGrant(
  ctx: IssuerCore,
  grantId: string,
  tenantId: string,
): Promise<readonly string[] | null> {
  const grant = await findGrant(ctx, eq(oauthGrants.id, grantId))
  return grant?.tenantId === tenantId && isAlive(grant, ctx.now()) ? scopesNow(grant) : null
}

interface Refresh {
  hash: string
  expiresAt: Date
}

/**
 * Uses up the code, and stores what refreshes the tokens it is good for.
 *
 * @param expiresAt When nothing of the authorization is good any more
 * @returns whether this call was the first
 */
export async function claimCode(
  { env, now }: IssuerCore,
  grantId: string,
  { expiresAt, refresh }: { expiresAt: Date; refresh: Refresh | undefined },
): Promise<boolean> {
  const at = instant(now())
  const { rowCount } = await reaching(
    authDatabaseOf(env).execute(sql`
      with claimed as (
        update auth.oauth_grants set code_used_at = ${at}, expires_at = ${instant(expiresAt)}
        where id = ${grantId} and code_used_at is null and revoked_at is null
        returning id, tenant_id
      ), stored as (${insertRefresh(sql`claimed`, refresh, at)})
      select id from claimed`),
  )
  return rowCount > 0
}

/** Uses up a refresh token and stores its successor. @returns whether this call was the first */
export async function claimRefresh(
  { env, now }: IssuerCore,
  hash: string,
  next: Refresh,
): Promise<boolean> {
  const at = instant(now())
  const { rowCount } = await reaching(
    authDatabaseOf(env).execute(sql`
      with claimed as (
        update auth.oauth_refresh_tokens set used_at = ${at}
        where hash = ${hash} and used_at is null
        returning grant_id as id, tenant_id
      ), stored as (${insertRefresh(sql`claimed`, next, at)})
      select id from claimed`),
  )
  return rowCount > 0
}

const insertRefresh = (from: SQL, refresh: Refresh | undefined, at: SQL) =>
  refresh
    ? sql`insert into auth.oauth_refresh_tokens (hash, tenant_id, grant_id, created_at, expires_at)
        select ${refresh.hash}, tenant_id, id, ${at}, ${instant(refresh.expiresAt)} from ${from}`
    : sql`select`

/**
 * Ends the authorization: no token of it is made any more. The log is told once.
 *
 * @returns whether it had not ended before
 */
export async function endGrant(
  { env, ...source }: Pick<IssuerContext, 'env'> & AuditSource,
  { id, tenantId, clientId }: Pick<GrantRow, 'id' | 'tenantId' | 'clientId'>,
  event: 'token.reuse' | 'token.replay' | 'oauth.revoke',
): Promise<boolean> {
  const db = authDatabaseOf(env)
  const change = db
    .update(oauthGrants)
    .set({ revokedAt: source.now() })
    .where(and(eq(oauthGrants.id, id), isNull(oauthGrants.revokedAt)))
    .returning({ id: oauthGrants.id })
  const ended = db.$with('ended').as(change)
  const actor = { type: 'service', clientId } as const
  const outcome = event === 'oauth.revoke' ? 'ok' : 'denied'
  const details = { tenantId, actor, outcome, resource: grantNamed(id) } as const
  const seq = auditColumn(source, event, details)
  return (await reaching(db.with(ended).select({ seq }).from(ended))).length > 0
}

/** Names the one that a refresh token belongs to, used or not, before it expires. */
export const byRefreshToken = ({ now }: IssuerCore, hash: string): SQL =>
  sql`${eq(oauthRefreshTokens.hash, hash)} and ${gt(oauthRefreshTokens.expiresAt, now())}`

export const grantNamed = (id: string) => ({ type: 'oauth_grant', id })

const instant = (date: Date) => sql`${date.toISOString()}::timestamptz`
