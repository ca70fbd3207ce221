/** Gates and publishing as they travel. */
import { z } from '@hono/zod-openapi'
import { Gate } from '../knowledge/schemas.ts'
export { Gate }

const Missed = z.object({
  measure: z.enum(['ndcg', 'recall', 'citationPrecision', 'abstainedRightly']),
  least: z.number(),
  /** Null when the run says nothing of it. */
  got: z.number().nullable(),
})

export const GateState = z
  .object({
    /** Null: nothing is asked for. */
    gate: Gate.nullable(),
    /** The version that would be published. */
    version: z.int(),
    /** The newest run that measured this version with the settings people get; null: there is none. */
    runId: z.uuid().nullable(),
    missed: z.array(Missed),
    /** Whether it may be published without a reason. */
    isMet: z.boolean(),
  })
  .openapi('KnowledgeBaseGateState')
export type GateState = z.infer<typeof GateState>

export const Publish = z
  .strictObject({
    /** One that is a draft from then on, in the same step. */
    replaces: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, 'must be an id this API gave')
      .optional(),
    /** Publishes although the gate is not met; the reason is in the audit log. */
    override: z.strictObject({ reason: z.string().trim().min(1, 'Say why.').max(300) }).optional(),
  })
  .openapi('PublishKnowledgeBase')
export type Publish = z.output<typeof Publish>
