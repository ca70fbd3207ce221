/** Counts of evaluations on their way from an isolate to Postgres, through the queue `exposures`. */
import { z } from '@hono/zod-openapi'

/** Of a minute, at its beginning. */
const Count = z.object({
  environment: z.string(),
  flag: z.string(),
  variant: z.string(),
  reason: z.string(),
  minute: z.iso.datetime(),
  evals: z.number().int().min(1),
  bulk: z.number().int().min(0),
  errors: z.number().int().min(0),
  /** units.ts, in base64; null where no unit was named. */
  units: z.base64().nullable(),
})
export type CountRow = z.infer<typeof Count>

/** `id` makes a repeat of the message nothing. */
export const CountMessage = z.object({
  type: z.literal('counts'),
  id: z.uuid(),
  tenantId: z.string(),
  counts: z.array(Count).min(1),
})
export type CountMessage = z.infer<typeof CountMessage>
