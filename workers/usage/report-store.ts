/** SQL that reads the usage ledger, and the tenant's budget. */
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { BudgetChange, Dimension, UsageQuery } from './schemas.ts'
import type { StoreContext } from './store.ts'
import { budgets, usageLedger } from './tables.ts'

export type CallRow = typeof usageLedger.$inferSelect
export type BudgetRow = typeof budgets.$inferSelect

const KEYS: Readonly<Record<Dimension, SQL>> = {
  day: sql`to_char(at at time zone 'UTC', 'YYYY-MM-DD')`,
  user: sql`user_id`,
  key: sql`key_id`,
  model: sql`model`,
  purpose: sql`purpose`,
  endpoint: sql`endpoint`,
}

/** Bigints and sums arrive as text. */
type Group = { key: string | null } & Record<'cost' | 'calls' | 'input' | 'output', string>

/** @returns the range's groups and, last, its whole, whose key is null */
export async function sumUsage(ctx: StoreContext, { by, from, to }: UsageQuery, most: number) {
  const order = by === 'day' ? sql`1` : sql`2 desc`
  const range = sql`tenant_id = ${ctx.tenantId} and at >= ${`${from}T00:00:00Z`}::timestamptz
    and at < ${`${to}T00:00:00Z`}::timestamptz + interval '1 day'`
  const sums = sql`coalesce(sum(micro_dollars), 0) as cost, count(*) as calls,
    coalesce(sum(input + cached_input + audio_input), 0) as input,
    coalesce(sum(output + audio_output), 0) as output`
  const [groups, whole] = await withTenant(ctx).batch((tx) => [
    tx.execute<Group>(sql`select ${KEYS[by]} as key, ${sums} from usage_ledger where ${range}
      group by 1 order by ${order} limit ${most}`),
    tx.execute<Group>(sql`select null as key, ${sums} from usage_ledger where ${range}`),
  ])
  return { groups: groups.rows, whole: whole.rows[0] }
}

/** What the tenant's hours since `from` cost, by their beginning in milliseconds since the epoch. */
export async function sumHours(ctx: StoreContext, from: Date): Promise<Map<number, number>> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ hour: string; cost: string }>(sql`
      select extract(epoch from date_trunc('hour', at, 'UTC'))::text as hour, sum(micro_dollars) as cost
      from usage_ledger where tenant_id = ${ctx.tenantId} and at >= ${from.toISOString()}::timestamptz
      group by 1`),
  ])
  return new Map(rows.map(({ hour, cost }) => [Number(hour) * 1000, Number(cost)]))
}

/** Newest first, from behind `cursor`. */
export async function selectCalls(
  ctx: StoreContext,
  limit: number,
  cursor: string | undefined,
): Promise<CallRow[]> {
  const before = cursor === undefined ? undefined : lt(usageLedger.id, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(usageLedger)
      .where(and(eq(usageLedger.tenantId, ctx.tenantId), before))
      .orderBy(desc(usageLedger.id))
      .limit(limit),
  ])
  return rows
}

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
