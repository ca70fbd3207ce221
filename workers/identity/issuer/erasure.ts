/**
 * The end of a tenant, in steps that may each run again: when its deletion is due nobody gets in any
 * more; when the last access token has ended too, its files and caches go (the edge's schedule does
 * that) and then its rows. The audit log stays, for it proves that and when it happened.
 */
import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { auditColumn } from '../../audit/service.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { refusing } from './refusal.ts'
import { tenantDeletions } from './tables.ts'

/** Tenants per run; the others are due a minute later. */
const MOST = 10

/** Documents whose rows go per statement: with their chunks some tens of thousands. */
const DOCUMENTS = 200

/** Twice what an access token lives. */
const TOKENS_END_MS = 10 * 60 * 1000

const ACTOR = { type: 'system', job: 'eraseTenants' } as const

/** Closes what is due now. @returns ids of tenants that can be erased */
export async function closeDueTenants(ctx: IssuerContext): Promise<string[]> {
  const { env, now } = ctx
  const db = authDatabaseOf(env)
  const closed = new Date(now().getTime() - TOKENS_END_MS)
  const canGo = and(lte(tenantDeletions.closedAt, closed), isNull(tenantDeletions.erasedAt))
  const [, rows] = await reaching(
    db.batch([
      db.execute(sql`select auth.close_due_tenants(${now().toISOString()}::timestamptz, ${MOST})`),
      db
        .select({ tenantId: tenantDeletions.tenantId })
        .from(tenantDeletions)
        .where(canGo)
        .orderBy(asc(tenantDeletions.closedAt))
        .limit(MOST),
    ]),
  )
  return rows.map(({ tenantId }) => tenantId)
}

/**
 * Erases rows of a closed tenant, some at a time.
 *
 * @returns whether none is left
 * @throws ProblemError conflict when the tenant is not closed
 */
export async function eraseRows(ctx: IssuerContext, tenantId: string): Promise<boolean> {
  const db = authDatabaseOf(ctx.env)
  const { rows } = await refusing(
    db.execute<{ remaining: string }>(
      sql`select auth.erase_tenant(${tenantId}, ${DOCUMENTS})::text as remaining`,
    ),
  )
  return rows[0]?.remaining === '0'
}

/** Notes that nothing is left, once. */
export async function finishErasure(ctx: IssuerContext, tenantId: string): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const isOpen = and(eq(tenantDeletions.tenantId, tenantId), isNull(tenantDeletions.erasedAt))
  const noted = db
    .$with('noted')
    .as(
      db
        .update(tenantDeletions)
        .set({ erasedAt: ctx.now() })
        .where(isOpen)
        .returning({ tenantId: tenantDeletions.tenantId }),
    )
  const details = { tenantId, actor: ACTOR, resource: { type: 'tenant', id: tenantId } }
  const audited = auditColumn(ctx, 'tenant.delete', details).as('audited')
  await reaching(db.with(noted).select({ audited }).from(noted))
}
