/** Evaluations as they were counted, over HTTP. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName, FlagName } from './model-schemas.ts'

export const GRANULARITIES = ['minute', 'hour', 'day'] as const
export const Granularity = z.enum(GRANULARITIES).openapi('FlagGranularity')
export type Granularity = z.infer<typeof Granularity>

/** The window is from `from` up to `to`, as whole minutes, hours or days (UTC); the newest when left out. */
const window = {
  environment: EnvironmentName.default('production'),
  granularity: Granularity.default('hour'),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
}

export const AnalyticsQuery = z.object(window)
export type AnalyticsQuery = z.infer<typeof AnalyticsQuery>

const counts = {
  /** Times the flag was evaluated. */
  evals: z.number().int(),
  /** Of `evals`, those in answers to all flags at once. */
  bulk: z.number().int(),
  /** Evaluations that failed; they are in `evals` too. */
  errors: z.number().int(),
  /** How many different units asked, 13 % off at one sigma; 0 where none was named. */
  units: z.number().int(),
}

const asked = {
  environment: EnvironmentName,
  granularity: Granularity,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
}

/** Times with no evaluation have no point. */
const Series = z
  .object({
    /** Empty where the default in the caller's code applied. */
    variant: z.string(),
    reason: z.string(),
    points: z.array(z.object({ at: z.iso.datetime(), ...counts })),
  })
  .openapi('FlagSeries')

export const FlagAnalytics = z
  .object({ flag: FlagName, ...asked, series: z.array(Series) })
  .openapi('FlagAnalytics')
export type FlagAnalytics = z.infer<typeof FlagAnalytics>

/** Flags that were evaluated in the window, the busiest first. */
export const AnalyticsReport = z
  .object({
    ...asked,
    items: z.array(z.object({ flag: FlagName, ...counts, lastAt: z.iso.datetime() })),
  })
  .openapi('FlagAnalyticsReport')
export type AnalyticsReport = z.infer<typeof AnalyticsReport>
