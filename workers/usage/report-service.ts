/** What administrators see of costs. The meter itself is service.ts, exports are export-service.ts. */
import { daysOf } from './days.ts'
import { findAnomalies, projectMonth } from './forecast.ts'
import type {
  CallPage,
  CallQuery,
  ProviderCall,
  TenantUsageQuery,
  UsageDays,
  UsageDaysQuery,
  UsageQuery,
  UsageReport,
  UsageSummary,
} from './report-schemas.ts'
import * as store from './report-store.ts'
import type { StoreContext } from './store.ts'

const MOST_GROUPS = 500
/** Groups of a chart; the others are one. */
const MOST_PARTS = 4
/** A day, and the fortnight its hours are compared with. */
const COMPARED_MS = 15 * 24 * 3_600_000

export async function reportUsage(ctx: StoreContext, query: UsageQuery): Promise<UsageReport> {
  const { groups, whole } = await store.sumUsage(ctx, query, MOST_GROUPS)
  return {
    microDollars: Number(whole?.cost ?? 0),
    calls: Number(whole?.calls ?? 0),
    items: groups.map(({ key, label, cost, calls, input, output }) => ({
      key,
      label,
      microDollars: Number(cost),
      calls: Number(calls),
      inputTokens: Number(input),
      outputTokens: Number(output),
    })),
  }
}

export async function reportTenants(
  ctx: StoreContext,
  query: TenantUsageQuery,
): Promise<UsageReport> {
  const rows = await store.sumTenants(ctx, query, MOST_GROUPS)
  const items = rows.map(({ tenant_id, micro_dollars, calls, input, output }) => ({
    key: tenant_id,
    label: null,
    microDollars: Number(micro_dollars),
    calls: Number(calls),
    inputTokens: Number(input),
    outputTokens: Number(output),
  }))
  const sumOf = (name: 'microDollars' | 'calls') => items.reduce((sum, one) => sum + one[name], 0)
  return { microDollars: sumOf('microDollars'), calls: sumOf('calls'), items }
}

export async function reportDays(ctx: StoreContext, query: UsageDaysQuery): Promise<UsageDays> {
  const rows = await store.sumDays(ctx, query, MOST_PARTS)
  return daysOf(rows.map(({ cost, ...row }) => ({ ...row, microDollars: Number(cost) })))
}

export async function summariseUsage(ctx: StoreContext): Promise<UsageSummary> {
  const now = ctx.now()
  const [day, month] = [
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()),
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1),
  ]
  const since = Math.min(month, now.getTime() - COMPARED_MS)
  const hours = await store.sumHours(ctx, new Date(since))
  const spentSince = (from: number) =>
    [...hours].reduce((sum, [hour, spent]) => (hour >= from ? sum + spent : sum), 0)
  const spent = spentSince(month)
  return {
    today: spentSince(day),
    month: spent,
    projected: projectMonth(spent, now),
    anomalies: findAnomalies(hours, now),
  }
}

export async function listCalls(ctx: StoreContext, query: CallQuery): Promise<CallPage> {
  const { limit } = query
  const rows = await store.selectCalls(ctx, { ...query, limit: limit + 1 })
  const page = rows.slice(0, limit)
  return {
    items: page.map(toCall),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

export function toCall(row: store.CallRow): ProviderCall {
  const { id, provider, model, purpose, endpoint, userId, keyId, subjectId, requestId } = row
  const { input, cachedInput, output, audioInput, audioOutput, audioMs, characters } = row
  const { microDollars, priceVersion, estimated } = row
  return {
    id,
    at: row.at.toISOString(),
    provider,
    model,
    purpose,
    endpoint,
    userId,
    keyId,
    subjectId,
    requestId,
    units: { input, cachedInput, output, audioInput, audioOutput, audioMs, characters },
    microDollars,
    priceVersion,
    estimated,
  }
}
