/** Exposures that pages and apps report: the use of a flag they got among all flags, over HTTP. */
import { z } from '@hono/zod-openapi'
import { FlagName } from './model-schemas.ts'

/** What the flag's evaluation said; its metadata has `experiment`, `experimentPhase`, `experimentUnit`. */
const Report = z.strictObject({
  flag: FlagName,
  variant: z.string().min(1).max(200),
  /** The unit: the targeting key, or the value of the attribute that the experiment splits by. */
  targetingKey: z.string().min(1).max(200),
  /** Needed where the flag has more than one. */
  experiment: z.string().max(100).optional(),
  /** The newest when left out. */
  phase: z.number().int().min(0).optional(),
  /** When it was; now when left out, and for what is yet to come. At most 30 days ago. */
  time: z.iso.datetime({ offset: true }).optional(),
})
export type Report = z.infer<typeof Report>

/** An exposure is known by what it says: a repeat is nothing. */
export const ExposureRequest = z
  .strictObject({ exposures: z.array(Report).min(1).max(100) })
  .openapi('ExposureRequest', {
    example: {
      exposures: [
        {
          flag: 'new_checkout',
          variant: 'short',
          targetingKey: 'user-7',
          experiment: 'checkout-length',
          phase: 1,
        },
      ],
    },
  })
export type ExposureRequest = z.infer<typeof ExposureRequest>

export const ExposuresAccepted = z
  .object({ accepted: z.number().int() })
  .openapi('ExposuresAccepted', { example: { accepted: 1 } })
