/** Health as probes and load balancers read it. */
import { z } from '@hono/zod-openapi'
import { STEPS } from '../../shared/metric-labels.ts'

export const Health = z
  .object({ status: z.literal('healthy'), timestamp: z.iso.datetime(), version: z.string() })
  .openapi('Health')

export const Liveness = z.object({ status: z.literal('alive') }).openapi('Liveness')

/** Null for what did not answer. */
const Latencies = z
  .object({
    database: z.number().nullable(),
    redis: z.number().nullable(),
    queue: z.number().nullable(),
    r2: z.number().nullable(),
    identity: z.number().nullable(),
  })
  .openapi('Latencies')

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    timestamp: z.iso.datetime(),
    /** `qdrant` is another name for `vector`, kept for probes that look for it. */
    checks: z.object({
      database: z.boolean(),
      redis: z.boolean(),
      vector: z.boolean(),
      qdrant: z.boolean(),
      queue: z.boolean(),
      r2: z.boolean(),
      identity: z.boolean(),
    }),
    /** Milliseconds each took to answer; only for callers who hold admin.platform. */
    latencies: Latencies.optional(),
  })
  .openapi('Readiness')
export type Readiness = z.infer<typeof Readiness>

const Traffic = z
  .object({
    requests: z.int(),
    /** Answered with 4xx. */
    refused: z.int(),
    /** Answered with 5xx. */
    failed: z.int(),
    /** Milliseconds within which a share of the requests was answered; null without requests. */
    p50Ms: z.int().nullable(),
    p95Ms: z.int().nullable(),
    p99Ms: z.int().nullable(),
  })
  .openapi('Traffic')
export type Traffic = z.infer<typeof Traffic>

const Period = z.enum(['1h', '6h', '24h', '7d', '30d'])
export type Period = z.infer<typeof Period>

export const OverviewQuery = z.object({ period: Period.default('24h') })

export const Overview = z
  .object({
    period: Period,
    stepSeconds: z.int(),
    /** Oldest first, without gaps; `at` is where a step begins. */
    points: z.array(Traffic.extend({ at: z.iso.datetime() })),
    total: Traffic,
    readiness: Readiness,
    version: z.string(),
  })
  .openapi('Overview')
export type Overview = z.infer<typeof Overview>

/** Days that are kept. */
const MAX_DAYS = 90

export const JourneysQuery = z.object({
  days: z
    .string()
    .regex(/^[1-9]\d?$/, 'must be a number of days')
    .transform(Number)
    .refine((days) => days <= MAX_DAYS, `must be at most ${MAX_DAYS}`)
    .default(30)
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_DAYS }),
})

export const Journeys = z
  .object({
    days: z.int(),
    /** The first day, as YYYY-MM-DD in UTC; the last one is today. */
    from: z.iso.date(),
    journeys: z.array(
      z.object({
        journey: z.enum(['question', 'document', 'call']),
        /** In order. Visitors are counted anew each day; `dropped` took the step before and no other. */
        steps: z.array(z.object({ step: z.enum(STEPS), visitors: z.int(), dropped: z.int() })),
        /** Oldest first, without gaps; visitors by step. */
        days: z.array(z.object({ day: z.iso.date(), visitors: z.array(z.int()) })),
      }),
    ),
  })
  .openapi('Journeys')
export type Journeys = z.infer<typeof Journeys>
