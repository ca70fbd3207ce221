/** OFREP 0.3 as it travels: https://github.com/open-feature/protocol, service/openapi.yaml. */
import { z } from '@hono/zod-openapi'

/**
 * evaluationRequest and bulkEvaluationRequest. The targeting key may be absent, although the
 * protocol's document calls it required: OpenFeature's own conformance scenarios evaluate without
 * one, and only a flag that splits its audience needs it.
 */
export const EvaluationRequest = z
  .object({ context: z.looseObject({ targetingKey: z.string().min(1).optional() }) })
  .openapi('EvaluationRequest')
export type EvaluationRequest = z.infer<typeof EvaluationRequest>

const Metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * evaluationSuccess. No `value` means: use the default in the code that asks. DEFAULT, for rules of
 * which none matched, is OpenFeature's; the protocol's document does not list it.
 */
export const EvaluationResponse = z
  .object({
    key: z.string(),
    reason: z.enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'UNKNOWN']),
    value: z.unknown().optional(),
    variant: z.string().optional(),
    metadata: Metadata.optional(),
  })
  .openapi('EvaluationResponse')
export type EvaluationResponse = z.infer<typeof EvaluationResponse>

/** Where changes are announced: a path of this origin, with a ticket in it. */
const EventStream = z.object({
  type: z.literal('sse'),
  endpoint: z.object({ requestUri: z.string() }),
  inactivityDelaySec: z.number().int(),
})

/** bulkEvaluationSuccess. */
export const BulkResponse = z
  .object({
    flags: z.array(EvaluationResponse),
    metadata: Metadata,
    eventStreams: z.array(EventStream),
  })
  .openapi('BulkEvaluationResponse')
export type BulkResponse = z.infer<typeof BulkResponse>

/** Sent after a change was announced: the version that was. */
export const BulkQuery = z.object({
  flagConfigEtag: z.string().max(100).optional(),
  flagConfigLastModified: z.string().max(100).optional(),
})

export const StreamQuery = z.object({
  ticket: z.string().max(1000),
  /** Version of the snapshot the caller has; a newer one is announced at once. */
  since: z.coerce.number().int().min(0).optional(),
})
