/** One unit's data, erased on request, over HTTP. */
import { z } from '@hono/zod-openapi'

export const Unit = z.string().min(1).max(200).openapi({
  example: 'customer-7',
  description: 'Its targeting key, or what else an experiment splits by',
})

const count = z.number().int()

/** How much of each kind there was. */
export const ErasedUnit = z
  .object({
    exposures: count,
    events: count,
    overrides: count,
    proposals: count,
    /** Snapshots of before that had an override of it; they have no more. */
    snapshots: count,
    contexts: count,
  })
  .openapi('ErasedFlagUnit')
export type ErasedUnit = z.infer<typeof ErasedUnit>
