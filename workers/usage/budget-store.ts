/** SQL for the tenant's budget, as administrators read and set it. */
import { and, eq } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { BudgetChange } from './schemas.ts'
import type { StoreContext } from './store.ts'
import { budgets } from './tables.ts'

export type BudgetRow = typeof budgets.$inferSelect

export async function findBudget(ctx: StoreContext): Promise<BudgetRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(budgets).where(eq(budgets.tenantId, ctx.tenantId)),
  ])
  return row
}

/** Undefined when it is not of that version any more. */
export async function saveBudget(
  ctx: StoreContext,
  { version, ...limits }: BudgetChange,
): Promise<BudgetRow | undefined> {
  const values = { ...limits, version: version + 1, updatedAt: ctx.now() }
  const facts = Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, limit ?? 'none']),
  )
  const resource = { type: 'budget', id: ctx.tenantId }
  const seq = auditColumn(ctx, 'budget.change', { resource, facts })
  const isSame = and(eq(budgets.tenantId, ctx.tenantId), eq(budgets.version, version))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const save =
      version === 0
        ? tx
            .insert(budgets)
            .values({ tenantId: ctx.tenantId, ...values })
            .onConflictDoNothing()
        : tx.update(budgets).set(values).where(isSame)
    const saved = tx.$with('saved').as(save.returning())
    return [tx.with(saved).select({ version: saved.version, seq }).from(saved)]
  })
  return rows.length > 0 ? { tenantId: ctx.tenantId, ...values } : undefined
}
