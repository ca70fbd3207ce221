/** What users let applications do: written down with each code, listed, and taken back. */
import { asc, eq, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { ConsentList } from '../oauth-schemas.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { clientNamed } from './oauth-client-store.ts'
import { grantNamed } from './oauth-grant-store.ts'
import { oauthClients, oauthConsents, oauthGrants } from './oauth-tables.ts'
import { revokeSessions } from './revocation.ts'
import { ownOf } from './session-list.ts'
import { organizations } from './tables.ts'

export type NewGrant = Omit<
  typeof oauthGrants.$inferInsert,
  'id' | 'createdAt' | 'codeUsedAt' | 'revokedAt'
>

/** One batch: the consent, which only grows here, the authorization, and the record of both. */
export async function storeGrant(
  ctx: IssuerContext,
  grant: NewGrant,
  sessionId: string,
): Promise<void> {
  const at = ctx.now()
  const id = newId(at)
  const { tenantId, clientId, userId, scopes } = grant
  const db = authDatabaseOf(ctx.env)
  const actor = { type: 'user', userId, sessionId } as const
  const facts = { client: clientId, scopes: scopes.length }
  const details = { tenantId, actor, resource: grantNamed(id), facts }
  await reaching(
    db.batch([
      db
        .insert(oauthConsents)
        .values({ tenantId, clientId, userId, scopes, createdAt: at, updatedAt: at })
        .onConflictDoUpdate({
          target: [oauthConsents.tenantId, oauthConsents.clientId, oauthConsents.userId],
          set: {
            scopes: sql`array(select distinct s from unnest(${oauthConsents.scopes} || excluded.scopes) s order by s)`,
            updatedAt: at,
          },
        }),
      db.insert(oauthGrants).values({ ...grant, id, createdAt: at }),
      db.execute(auditEntry(ctx, 'oauth.authorize', details)),
    ]),
  )
}

/** Applications the caller let in, the first one first. */
export async function listConsents(ctx: CallerContext): Promise<ConsentList> {
  const rows = await reaching(
    selectConsents(ctx).where(eq(oauthConsents.userId, ownOf(ctx).userId)),
  )
  const items = rows.map(({ client, tenant, scopes, createdAt, updatedAt }) => ({
    client,
    tenant,
    scopes,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }))
  return { items }
}

const selectConsents = ({ env }: CallerContext) =>
  authDatabaseOf(env)
    .select({
      client: { id: oauthClients.id, name: oauthClients.name },
      tenant: { id: organizations.id, name: organizations.name },
      scopes: oauthConsents.scopes,
      createdAt: oauthConsents.createdAt,
      updatedAt: oauthConsents.updatedAt,
    })
    .from(oauthConsents)
    .innerJoin(oauthClients, eq(oauthClients.id, oauthConsents.clientId))
    .innerJoin(organizations, eq(organizations.id, oauthConsents.tenantId))
    .orderBy(asc(oauthConsents.createdAt), asc(oauthConsents.clientId))
    .$dynamic()

/** Shuts an application out, with every authorization. @throws ProblemError not_found */
export async function withdrawConsent(ctx: CallerContext, clientId: string): Promise<void> {
  const { userId } = ownOf(ctx)
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const db = authDatabaseOf(ctx.env)
  const consents = await reaching(
    db
      .select({ tenantId: oauthConsents.tenantId })
      .from(oauthConsents)
      .where(sql`client_id = ${clientId} and user_id = ${userId}`),
  )
  const tenantId = consents[0]?.tenantId
  if (tenantId === undefined) {
    throw new ProblemError('not_found', 'You have let in no such application.')
  }
  const entry = auditColumn(ctx, 'oauth.revoke', { tenantId, resource: clientNamed(clientId) })
  const [{ rows }] = await reaching(
    db.batch([
      db.execute<{ id: string }>(sql`update auth.oauth_grants set revoked_at = ${at}
        where client_id = ${clientId} and user_id = ${userId} and revoked_at is null returning id`),
      db.execute(sql`
        with gone as (
          delete from auth.oauth_consents where client_id = ${clientId} and user_id = ${userId}
          returning tenant_id
        )
        select ${entry} from gone`),
    ]),
  )
  await revokeSessions(
    ctx,
    rows.map(({ id }) => id),
  )
}
