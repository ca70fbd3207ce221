/** Experiments as they are set up and as they came out, over HTTP. Their rules are the flags'. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName, FlagName } from '../flags/schemas.ts'

export const ExperimentKey = z.string().min(1).max(100).openapi({
  example: 'greeting_test',
  description: 'The key of the rule: what exposures are counted under',
})

const Time = z.iso.datetime().openapi({ example: '2026-12-01T09:00:00.000Z' })
const Variant = z.string().max(100)

export const ExperimentMetric = z
  .strictObject({
    /** Of the events that are tracked. */
    name: z.string().min(1).max(100).openapi({ example: 'purchase' }),
    /** What a unit’s outcome is: the sum of its events’ values, their number, or whether there is one. */
    kind: z.enum(['mean', 'count', 'proportion']).default('proportion'),
    /** Which way is good. */
    direction: z.enum(['increase', 'decrease']).default('increase'),
    /** A goal is what the experiment is for; a guardrail must not get worse. */
    role: z.enum(['goal', 'guardrail']).default('goal'),
  })
  .openapi('ExperimentMetric')
export type ExperimentMetric = z.infer<typeof ExperimentMetric>

const settings = {
  /** Whom the others are compared with; the rule’s first variation when left out. */
  control: Variant.min(1).nullable().default(null),
  metrics: z
    .array(ExperimentMetric)
    .max(20)
    .refine(
      (metrics) =>
        new Set(metrics.map(({ name, kind }) => `${kind} ${name}`)).size === metrics.length,
      'must not have a metric twice',
    )
    .default([]),
  /** `sequential` holds at any look, `fixed` at the one look at `horizonAt`. */
  method: z.enum(['sequential', 'fixed']).default('sequential'),
  horizonAt: Time.nullable().default(null),
}

/** Whole: what is left out has its default. */
export const NewExperimentSettings = z
  .strictObject({
    ...settings,
    /** The one the change was made from; without one it holds for any. */
    version: z.number().int().min(1).optional(),
  })
  .refine(({ method, horizonAt }) => method === 'sequential' || horizonAt !== null, {
    path: ['horizonAt'],
    message: 'a fixed method needs the time of its one look',
  })
  .openapi('NewExperimentSettings')
export type NewExperimentSettings = z.infer<typeof NewExperimentSettings>

export const ExperimentSettings = z
  .object({
    ...settings,
    version: z.number().int(),
    updatedAt: z.iso.datetime(),
    updatedBy: z.string(),
  })
  .openapi('ExperimentSettings')
export type ExperimentSettings = z.infer<typeof ExperimentSettings>

const Interval = z
  .object({
    value: z.number(),
    /** null before a fixed horizon. */
    low: z.number().nullable(),
    high: z.number().nullable(),
  })
  .openapi('ExperimentEffect')

export const ExperimentComparison = z
  .object({
    variant: Variant,
    /** `tooFew`: an arm has fewer than 100 units; `flat`: nothing varies. Neither has numbers. */
    state: z.enum(['shown', 'tooFew', 'flat']),
    absolute: Interval.nullable(),
    /** null too where control’s mean is 0. */
    relative: Interval.nullable(),
    /** Of no effect; always valid where the method is sequential. */
    p: z.number().nullable(),
    /** Over all goals and variants, by Benjamini and Hochberg; guardrails are not adjusted. */
    adjustedP: z.number().nullable(),
    /** What CUPED took off the variance, as a share; 0 where nothing was known of before. */
    varianceReduction: z.number(),
    /** `early`: before a fixed horizon. */
    verdict: z.enum(['better', 'worse', 'unclear', 'early', 'none']),
  })
  .openapi('ExperimentComparison')
export type ExperimentComparison = z.infer<typeof ExperimentComparison>

export const ExperimentMetricResult = z
  .object({
    ...ExperimentMetric.shape,
    /** Empty while there are too few units. */
    arms: z.array(z.object({ variant: Variant, n: z.number().int(), mean: z.number() })),
    comparisons: z.array(ExperimentComparison),
    /** Of a guardrail; null for a goal. */
    guardrail: z.enum(['holds', 'breached', 'unknown']).nullable(),
  })
  .openapi('ExperimentMetricResult')
export type ExperimentMetricResult = z.infer<typeof ExperimentMetricResult>

export const ExperimentResults = z
  .object({
    phase: z.number().int(),
    /** When these numbers were made, and the newest data in them. */
    computedAt: z.iso.datetime(),
    dataAt: z.iso.datetime(),
    /** The first exposure; null without any. */
    since: z.iso.datetime().nullable(),
    method: z.enum(['sequential', 'fixed']),
    horizonAt: z.iso.datetime().nullable(),
    /** The one look of a fixed horizon was taken; later data change nothing. */
    isFinal: z.boolean(),
    state: z.enum(['empty', 'collecting', 'reported']),
    control: Variant,
    units: z.number().int(),
    arms: z.array(z.object({ variant: Variant, weight: z.number(), units: z.number().int() })),
    /** Whether the arms are as large as their weights say; p is null with too few units to tell. */
    sampleRatio: z.object({ p: z.number().nullable(), isAlarm: z.boolean() }),
    /** Units that were in several variants; they are in no metric. */
    severalVariants: z.object({ units: z.number().int(), share: z.number() }),
    metrics: z.array(ExperimentMetricResult),
  })
  .openapi('ExperimentResults')
export type ExperimentResults = z.infer<typeof ExperimentResults>

export const Experiment = z
  .object({
    key: ExperimentKey,
    environment: EnvironmentName,
    flag: FlagName,
    /** Of the flag’s rule. */
    rule: z.string(),
    phase: z.number().int(),
    status: z.enum(['draft', 'running', 'stopped']),
    attribute: z.string(),
    variations: z.array(z.object({ variant: Variant, weight: z.number() })),
    coverage: z.number(),
    /** null where nobody set any. */
    settings: ExperimentSettings.nullable(),
  })
  .openapi('Experiment')
export type Experiment = z.infer<typeof Experiment>

/** Short, for the list. */
const ExperimentSummary = z.object({
  units: z.number().int(),
  state: ExperimentResults.shape.state,
  isSampleRatioAlarm: z.boolean(),
  breachedGuardrails: z.array(z.string()),
  better: z.array(z.string()),
  worse: z.array(z.string()),
})

export const ExperimentItem = Experiment.extend({ results: ExperimentSummary.nullable() }).openapi(
  'ExperimentItem',
)
export type ExperimentItem = z.infer<typeof ExperimentItem>

export const ExperimentQuery = z.object({ environment: EnvironmentName.default('production') })

/** With `phase`: of an earlier one than the present. */
export const ExperimentPhaseQuery = ExperimentQuery.extend({
  phase: z.coerce.number().int().min(1).max(1_000_000).optional().openapi({
    example: 1,
    description: 'Of which phase; the present one when left out',
  }),
})

export const ExperimentPageQuery = ExperimentQuery.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The `nextCursor` of the page before. */
  cursor: ExperimentKey.optional(),
})
export type ExperimentPageQuery = z.infer<typeof ExperimentPageQuery>

export const ExperimentPage = z
  .object({ items: z.array(ExperimentItem), nextCursor: z.string().nullable() })
  .openapi('ExperimentPage')
export type ExperimentPage = z.infer<typeof ExperimentPage>

/** `results` is null until something was counted. */
export const ExperimentReport = z
  .object({ experiment: Experiment, results: ExperimentResults.nullable() })
  .openapi('ExperimentReport')
export type ExperimentReport = z.infer<typeof ExperimentReport>

/** The present phase, and the earlier ones that have results, the newest first. */
export const ExperimentPhases = z
  .object({
    items: z.array(
      z.object({
        phase: z.number().int(),
        isPresent: z.boolean(),
        state: ExperimentResults.shape.state,
        units: z.number().int(),
        /** The first exposure, and when its results were made; null without any. */
        since: z.iso.datetime().nullable(),
        computedAt: z.iso.datetime().nullable(),
      }),
    ),
  })
  .openapi('ExperimentPhases')
export type ExperimentPhases = z.infer<typeof ExperimentPhases>

/** Units by the day (UTC) of their first exposure, of one phase and its last 90 days. */
export const ExperimentExposures = z
  .object({
    phase: z.number().int(),
    /** In the order of days, then of variants; what nobody had is left out. */
    days: z.array(
      z.object({ day: z.iso.date(), variant: z.string(), units: z.number().int().positive() }),
    ),
  })
  .openapi('ExperimentExposures')
export type ExperimentExposures = z.infer<typeof ExperimentExposures>
