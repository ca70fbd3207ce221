/** Why a flag had its value, and what a change of it would do. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_ENVIRONMENT, EnvironmentName } from '../../shared/environment.ts'
import { FlagName, JsonValue } from './model-schemas.ts'
import { FlagChange } from './schemas.ts'

const Context = z
  .string()
  .max(16_384)
  .default('{}')
  .transform((text, check) => {
    const parsed = z.record(z.string(), z.unknown()).safeParse(parse(text))
    if (parsed.success) return parsed.data
    check.addIssue('must be an object as JSON, such as {"targetingKey":"ada"}')
    return z.NEVER
  })
  .openapi({ type: 'string', example: '{"targetingKey":"ada"}' })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const ExplainQuery = z.object({
  environment: EnvironmentName.default(DEFAULT_ENVIRONMENT),
  /** Of the environment's snapshot, as `metadata.version` of an answer to all flags says it; the newest when left out. */
  version: z.coerce.number().int().min(1).optional(),
  /** As it was asked with. */
  context: Context,
})
export type ExplainQuery = z.infer<typeof ExplainQuery>

/** Where the unit's hash fell, of 10,000. */
const Bucket = z.number().int().nullable()

const TraceStep = z
  .object({
    flag: z.string(),
    /** Index among the flag's rules as published: overrides and prerequisites come first. */
    rule: z.number().int(),
    ruleId: z.string(),
    /** `decided`, or why the rule decided nothing. */
    outcome: z.string(),
    bucket: Bucket,
  })
  .openapi('FlagTraceStep')

export const Explanation = z
  .object({
    key: z.string(),
    environment: z.string(),
    version: z.number().int(),
    /** null: the default in the caller's code. */
    value: JsonValue,
    variant: z.string().nullable(),
    reason: z.string(),
    ruleId: z.string().nullable(),
    bucket: Bucket,
    /** In the order in which rules were looked at, those of prerequisites included. */
    trace: z.array(TraceStep),
  })
  .openapi('FlagExplanation')
export type Explanation = z.infer<typeof Explanation>

export const PreviewRequest = z
  .strictObject({
    environment: EnvironmentName.default(DEFAULT_ENVIRONMENT),
    change: FlagChange.optional(),
    draft: z.uuid().optional(),
  })
  .refine(({ change, draft }) => (change === undefined) !== (draft === undefined), {
    message: 'name either a change or a draft',
    path: ['change'],
  })
  .openapi('FlagPreviewRequest')
export type PreviewRequest = z.infer<typeof PreviewRequest>

const Outcome = z.object({ value: JsonValue, variant: z.string().nullable(), reason: z.string() })

const Flip = z.object({
  from: Outcome,
  to: Outcome,
  count: z.number().int(),
  /** Some of those it happens to. */
  units: z.array(z.string()),
})

export const Impact = z
  .object({
    environment: EnvironmentName,
    /** Contexts it was tried on: the newest that were kept, at most 1,000. */
    contexts: z.number().int(),
    /** The flag, and those that depend on it and flip too. */
    flags: z.array(z.object({ key: FlagName, flipped: z.number().int(), flips: z.array(Flip) })),
  })
  .openapi('FlagImpact')
export type Impact = z.infer<typeof Impact>
