/** What administrators see of costs, and the limits they set. The meter itself is service.ts. */
import { ProblemError } from '../../shared/errors.ts'
import { type BudgetContext, refreshBudget } from './budget-client.ts'
import { findAnomalies, projectMonth } from './forecast.ts'
import * as store from './report-store.ts'
import type {
  Budget,
  BudgetChange,
  CallPage,
  CallQuery,
  UsageQuery,
  UsageReport,
  UsageSummary,
} from './schemas.ts'

export type ReportContext = BudgetContext & Parameters<typeof store.findBudget>[0]

const MOST_GROUPS = 500
/** A day, and the fortnight its hours are compared with. */
const COMPARED_MS = 15 * 24 * 3_600_000

export async function reportUsage(ctx: ReportContext, query: UsageQuery): Promise<UsageReport> {
  const { groups, whole } = await store.sumUsage(ctx, query, MOST_GROUPS)
  return {
    microDollars: Number(whole?.cost ?? 0),
    calls: Number(whole?.calls ?? 0),
    items: groups.map(({ key, cost, calls, input, output }) => ({
      key,
      microDollars: Number(cost),
      calls: Number(calls),
      inputTokens: Number(input),
      outputTokens: Number(output),
    })),
  }
}

export async function summariseUsage(ctx: ReportContext): Promise<UsageSummary> {
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

export async function listCalls(ctx: ReportContext, query: CallQuery): Promise<CallPage> {
  const { limit, cursor } = query
  const rows = await store.selectCalls(ctx, limit + 1, cursor)
  const page = rows.slice(0, limit)
  return {
    items: page.map(toCall),
    nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

function toCall(row: store.CallRow): CallPage['items'][number] {
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

export async function getBudget(ctx: ReportContext): Promise<Budget> {
  const row = await store.findBudget(ctx)
  return row ? toBudget(row) : NO_BUDGET
}

const NO_BUDGET: Budget = {
  daily: null,
  monthly: null,
  userDaily: null,
  perCall: null,
  version: 0,
  updatedAt: null,
}

/** @throws ProblemError conflict when somebody else changed it meanwhile */
export async function putBudget(ctx: ReportContext, change: BudgetChange): Promise<Budget> {
  const row = await store.saveBudget(ctx, change)
  if (!row) throw new ProblemError('conflict', 'The budget was changed meanwhile: read it again.')
  await refreshBudget(ctx)
  return toBudget(row)
}

function toBudget({ daily, monthly, userDaily, perCall, version, updatedAt }: store.BudgetRow) {
  return { daily, monthly, userDaily, perCall, version, updatedAt: updatedAt.toISOString() }
}
