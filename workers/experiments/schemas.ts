/** What pages and apps report of units, over HTTP and on its way to Postgres. */
import { z } from '@hono/zod-openapi'
import { ExposureMessage } from '../flags/schemas.ts'

const Event = z.object({
  metric: z.string(),
  unit: z.string(),
  value: z.number(),
  time: z.iso.datetime(),
  idempotencyKey: z.string(),
})

const MetricMessage = z.object({
  type: z.literal('metrics'),
  tenantId: z.string(),
  environment: z.string(),
  events: z.array(Event).min(1).max(100),
})
export type MetricMessage = z.infer<typeof MetricMessage>

/** What the queue `exposures` brings, beside counts. */
export const UnitMessage = z.discriminatedUnion('type', [ExposureMessage, MetricMessage])
export type UnitMessage = z.infer<typeof UnitMessage>

/** OpenFeature's `track()`: something a unit did, and how much. */
export const TrackRequest = z
  .strictObject({
    events: z
      .array(
        z.strictObject({
          /** What is counted. */
          name: z.string().min(1).max(100),
          targetingKey: z.string().min(1).max(200),
          value: z.number().default(1),
          /** When it was; now when left out, and for what is yet to come. At most 30 days ago. */
          time: z.iso.datetime({ offset: true }).optional(),
          /** A repeat has the same one. Made of the event's time when left out; of two without either, both count. */
          idempotencyKey: z.string().min(1).max(100).optional(),
        }),
      )
      .min(1)
      .max(100),
  })
  .openapi('TrackRequest', {
    example: {
      events: [
        {
          name: 'checkout',
          targetingKey: 'user-7',
          value: 49.9,
          time: '2026-11-20T12:00:00Z',
          idempotencyKey: 'order-1001',
        },
      ],
    },
  })
export type TrackRequest = z.infer<typeof TrackRequest>

export const Accepted = z
  .object({ accepted: z.number().int() })
  .openapi('TrackAccepted', { example: { accepted: 1 } })
