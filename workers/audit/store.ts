/** SQL for the audit log, beside what service.ts puts into the batches of others. */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { canonical } from './canonical.ts'
import type { AuditMessage } from './schemas.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/**
 * Appends entries of the context's tenant, in their order, in one statement; what is there already
 * is passed over.
 */
export async function appendEntries(
  ctx: StoreContext,
  messages: readonly AuditMessage[],
): Promise<void> {
  const entries = messages.map(({ at, entry }) => ({ at, body: canonical(entry) }))
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`select audit_append_all(${ctx.tenantId}, ${JSON.stringify(entries)}::json)`),
  ])
}
