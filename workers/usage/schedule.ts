/** What is done about costs each minute: old rows go, hours that stand out are told of, gauges are set. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { BudgetEnv } from './budget-client.ts'
import { anomalyOf, LEAST_COST } from './forecast.ts'

/** Rows per run; the others go a minute later. */
const MOST = 5000

interface SweepContext {
  env: DatabaseEnv & { readonly USAGE_DAYS: string }
  log: Log
  now: () => Date
}

export async function sweepUsage({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - Number(env.USAGE_DAYS) * 86_400_000)
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select sweep_usage(${before.toISOString()}::timestamptz, ${MOST})::text as gone`,
  )
  if (row && row.gone !== '0') log.info('old usage was deleted', { rows: row.gone })
}

const HOUR_MS = 3_600_000

interface WatchContext {
  env: BudgetEnv
  log: Log
  now: () => Date
}

/**
 * Tells budgets of hours that cost far more than they usually do: this one and the one before, whose
 * last calls may have come into the ledger after it. A budget tells of each hour once.
 */
export async function watchCosts({ env, log, now }: WatchContext): Promise<void> {
  const since = (Math.floor(now().getTime() / HOUR_MS) - 1) * HOUR_MS
  const rows = await callAcrossTenants<{
    tenant_id: string
    hour: string
    micro_dollars: string
    before: Record<string, number>
  }>(
    env,
    sql`select tenant_id, extract(epoch from hour)::text as hour, micro_dollars, before
      from usage_costly_hours(${new Date(since).toISOString()}::timestamptz, ${LEAST_COST})`,
  )
  for (const { tenant_id: tenantId, hour, micro_dollars, before } of rows) {
    const anomaly = anomalyOf(Number(hour) * 1000, Number(micro_dollars), Object.values(before))
    if (!anomaly) continue
    try {
      const budget = env.BUDGETS.getByName(tenantId)
      await budget.noteAnomaly({ type: 'anomaly', tenantId, ...anomaly })
    } catch (error) {
      log.error('a budget was not told of unusual costs', { tenant_id: tenantId, error })
    }
  }
}

/** Minutes between two looks: sums over all tenants' month are not taken each minute. */
const GAUGE_MINUTES = 5

/** What limits allow, and what those who have one spent of it; all tenants together. */
export async function setBudgetGauges({
  env,
  metrics,
  now,
}: Pick<WatchContext, 'env' | 'now'> & { metrics: Metrics }): Promise<void> {
  if (now().getUTCMinutes() % GAUGE_MINUTES !== 0) return
  const today = now().toISOString().slice(0, 10)
  const [day, month] = [`${today}T00:00:00Z`, `${today.slice(0, 7)}-01T00:00:00Z`]
  const [row] = await callAcrossTenants<
    Record<'daily_limit' | 'daily_spent' | 'monthly_limit' | 'monthly_spent', string>
  >(env, sql`select * from budget_gauges(${day}::timestamptz, ${month}::timestamptz)`)
  if (!row) return
  const set = (name: Gauge, scope: 'daily' | 'monthly', microDollars: string) =>
    metrics.set(name, { scope }, Number(microDollars) / 1_000_000)
  set('voiceassist_budget_limit_dollars', 'daily', row.daily_limit)
  set('voiceassist_budget_spent_dollars', 'daily', row.daily_spent)
  set('voiceassist_budget_limit_dollars', 'monthly', row.monthly_limit)
  set('voiceassist_budget_spent_dollars', 'monthly', row.monthly_spent)
}

type Gauge = 'voiceassist_budget_limit_dollars' | 'voiceassist_budget_spent_dollars'
