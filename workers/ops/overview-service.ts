/** How the platform is doing: traffic of a stretch of time, and whether what it depends on answers. */
import type { ServiceContext } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { shardNames } from '../../shared/metrics-sender.ts'
import type { MetricsEnv } from '../../shared/metrics.ts'
import {
  addTotals,
  changesOf,
  type Mark,
  NOTHING,
  quantileOf,
  type Span,
  type Totals,
} from '../../shared/traffic.ts'
import type { Overview, Period, Traffic } from './schemas.ts'
import { checkReadiness, type ReadinessEnv } from './service.ts'
import { type VersionEnv, versionOf } from './version-service.ts'

export interface OverviewEnv extends MetricsEnv, VersionEnv, ReadinessEnv {
  readonly METRICS: { getByName(name: string): Shard }
}

type Shard = ReturnType<MetricsEnv['METRICS']['getByName']> & {
  marks(from: number): Promise<Mark[]>
}

type OverviewContext = Pick<ServiceContext, 'now'> & { readonly env: OverviewEnv }

/** Minutes of a step, and how many there are: enough for a chart, and no more than it can show. */
const STEPS: Readonly<Record<Period, { step: number; steps: number }>> = {
  '1h': { step: 1, steps: 60 },
  '6h': { step: 5, steps: 72 },
  '24h': { step: 15, steps: 96 },
  '7d': { step: 120, steps: 84 },
  '30d': { step: 480, steps: 90 },
}

/** @throws ProblemError not_found where metrics are off; dependency_down while they cannot be read */
export async function describeTraffic(ctx: OverviewContext, period: Period): Promise<Overview> {
  const now = ctx.now()
  const { step, steps } = STEPS[period]
  const span = { step, steps, from: Math.floor(now.getTime() / 60_000) - step * steps }
  const [shards, readiness] = await Promise.all([
    readMarks(ctx.env, span),
    checkReadiness(ctx.env, now),
  ])
  const changes = sumOf(shards.map((marks) => changesOf(marks, span)))
  const points = changes.map((change, index) => {
    // A mark is of its minute's end, so the step begins with the minute after.
    const at = new Date((span.from + index * step + 1) * 60_000).toISOString()
    return { at, ...describe(change) }
  })
  const total = describe(changes.reduce(addTotals))
  return { period, stepSeconds: step * 60, points, total, readiness, version: versionOf(ctx.env) }
}

async function readMarks(env: OverviewEnv, { from }: Span): Promise<Mark[][]> {
  if (env.ENABLE_METRICS !== 'true') {
    throw new ProblemError('not_found', 'Metrics are off: ENABLE_METRICS is false.')
  }
  try {
    const shards = shardNames(env).map((name) => env.METRICS.getByName(name))
    return await Promise.all(shards.map((shard) => shard.marks(from)))
  } catch (cause) {
    const detail = 'The metrics cannot be read now. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}

/** Step by step, of all shards together. There is one shard at least. */
const sumOf = (shards: readonly Totals[][]): Totals[] =>
  shards.reduce((sum, shard) =>
    sum.map((totals, index) => addTotals(totals, shard[index] ?? NOTHING)),
  )

function describe({ requests, refused, failed, durations }: Totals): Traffic {
  const millis = (q: number) => {
    const seconds = quantileOf(durations, q)
    return seconds === null ? null : Math.round(seconds * 1000)
  }
  return { requests, refused, failed, p50Ms: millis(0.5), p95Ms: millis(0.95), p99Ms: millis(0.99) }
}
