/** The flag feature's data, as it travels over HTTP: administration in our terms, OFREP in its own. */
import { z } from '@hono/zod-openapi'

export const FlagName = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]{0,99}$/,
    'must start with a lower-case letter and go on with at most 99 of a-z, 0-9, dot, dash, underscore',
  )
  .openapi({ example: 'voice_barge_in' })

const Description = z.string().max(1000)

export const Flag = z
  .object({
    name: FlagName,
    description: Description,
    type: z.literal('boolean'),
    /** Off means that callers get the default written in their own code. */
    enabled: z.boolean(),
    /** What every caller gets while the flag is on. */
    defaultValue: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Flag')
export type Flag = z.infer<typeof Flag>

export const NewFlag = z
  .strictObject({
    name: FlagName,
    description: Description.default(''),
    type: z.literal('boolean').default('boolean'),
    enabled: z.boolean().default(false),
    defaultValue: z.boolean().default(true),
  })
  .openapi('NewFlag')
export type NewFlag = z.infer<typeof NewFlag>

export const FlagChange = z
  .strictObject({ description: Description, enabled: z.boolean(), defaultValue: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one field to change')
  .openapi('FlagChange')
export type FlagChange = z.infer<typeof FlagChange>

/** Without `enabled` the flag is flipped; with it, a repeated request changes nothing more. */
export const FlagToggle = z.strictObject({ enabled: z.boolean().optional() }).openapi('FlagToggle')

/** Pages run in the order of names; `cursor` is the `nextCursor` of the page before. */
export const FlagPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: FlagName.optional(),
})
export type FlagPageQuery = z.infer<typeof FlagPageQuery>

export const FlagPage = z
  .object({ items: z.array(Flag), nextCursor: z.string().nullable() })
  .openapi('FlagPage')
export type FlagPage = z.infer<typeof FlagPage>

/**
 * OFREP 0.3, evaluationRequest. The targeting key may be absent, although the protocol's document
 * calls it required: OpenFeature's own conformance scenarios evaluate without one, and only a
 * flag that splits its audience needs it.
 */
export const EvaluationRequest = z
  .object({ context: z.looseObject({ targetingKey: z.string().min(1).optional() }) })
  .openapi('EvaluationRequest')
export type EvaluationRequest = z.infer<typeof EvaluationRequest>

/**
 * OFREP 0.3, evaluationSuccess. No `value` means: use the default in the code that asks. DEFAULT, for
 * rules of which none matched, is OpenFeature's; the protocol's document does not list it.
 */
export const EvaluationResponse = z
  .object({
    key: z.string(),
    reason: z.enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN']),
    value: z.boolean().optional(),
    variant: z.string().optional(),
  })
  .openapi('EvaluationResponse')
export type EvaluationResponse = z.infer<typeof EvaluationResponse>
