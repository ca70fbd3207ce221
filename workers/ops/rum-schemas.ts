/** What the console's pages report of themselves (workers/console/lib/telemetry.ts). Times in ms. */
import { z } from '@hono/zod-openapi'

/** Longer is a clock that was set, or a laptop that slept. */
const MAX_MS = 600_000

const ms = z.number().min(0).max(MAX_MS)
const name = z.string().max(100)

const RumEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('vital'),
    name: z.enum(['LCP', 'INP', 'FCP', 'TTFB']),
    ms,
  }),
  z.strictObject({ type: z.literal('shift'), score: z.number().min(0).max(1000) }),
  z.strictObject({ type: z.literal('load'), ms }),
  /** `path` as it was asked for, without its query; only its template is kept. */
  z.strictObject({ type: z.literal('api'), path: z.string().startsWith('/').max(300), ms }),
  z.strictObject({ type: z.literal('navigation'), page: name, ms }),
  z.strictObject({ type: z.literal('click'), action: name }),
  z.strictObject({
    type: z.enum(['error', 'unhandledrejection']),
    name,
    message: z.string().max(1000),
    stack: z.string().max(4000),
    page: name,
  }),
])
export type RumEvent = z.infer<typeof RumEvent>

/** Events of one report; telemetry.ts sends no more. */
const MAX_EVENTS = 50

export const RumReport = z
  .strictObject({ events: z.array(RumEvent).min(1).max(MAX_EVENTS) })
  .openapi('RumReport')
