/** What evaluations were counted; how they are is count-service.ts. */
import { ProblemError } from '../../shared/errors.ts'
import type { AnalyticsQuery, AnalyticsReport, FlagAnalytics } from './analytics-schemas.ts'
import * as store from './analytics-store.ts'
import { windowOf } from './analytics-window.ts'
import { type FlagContext, getFlag } from './service.ts'

/** @throws ProblemError not_found; invalid_fields for a window that is empty or too long */
export async function readAnalytics(
  ctx: FlagContext,
  flag: string,
  query: AnalyticsQuery,
): Promise<FlagAnalytics> {
  const part = partOf(ctx, query)
  const [rows] = await Promise.all([store.selectCounts(ctx, part, flag), getFlag(ctx, flag)])
  const groups = Map.groupBy(rows, ({ variant, reason }) => JSON.stringify([variant, reason]))
  const series = [...groups.values()].flatMap((points) => {
    const [first] = points
    if (!first) return []
    const { variant, reason } = first
    return [{ variant, reason, points: points.map(toPoint) }]
  })
  return { flag, ...toAsked(part), series }
}

const toPoint = (row: Awaited<ReturnType<typeof store.selectCounts>>[number]) => {
  const { at, evals, bulk, errors, units } = row
  return { at: at.toISOString(), evals, bulk, errors, units }
}

/** @throws ProblemError invalid_fields for a window that is empty or too long */
export async function reportAnalytics(
  ctx: FlagContext,
  query: AnalyticsQuery,
): Promise<AnalyticsReport> {
  const part = partOf(ctx, query)
  const rows = await store.sumCounts(ctx, part)
  const items = rows.map(({ flag, evals, bulk, errors, units, lastAt }) => {
    return { flag, evals, bulk, errors, units, lastAt: new Date(lastAt).toISOString() }
  })
  return { ...toAsked(part), items }
}

function partOf(ctx: FlagContext, query: AnalyticsQuery) {
  const window = windowOf(query, ctx.now().getTime())
  const { environment, granularity } = query
  if (typeof window === 'object') return { environment, granularity, ...window }
  const errors = [{ in: 'query', pointer: '/from', detail: window }]
  throw new ProblemError('invalid_fields', window, { errors })
}

const toAsked = ({ environment, granularity, from, to }: ReturnType<typeof partOf>) => {
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()]
  return { environment, granularity, from: start, to: end }
}
