/** What the console's pages report of themselves (workers/console/lib/telemetry.ts). Times in ms. */
import { z } from '@hono/zod-openapi'
import { type JOURNEYS, METHODS, STEPS } from '../../shared/metric-labels.ts'

export type Journey = keyof typeof JOURNEYS
export type Step = (typeof STEPS)[number]

/** Longer is a clock that was set, or a laptop that slept. */
const MAX_MS = 600_000

const ms = z.number().min(0).max(MAX_MS)
const name = z.string().max(100)

/**
 * A measurement's place in a trace, which the page made up: of a call its own `traceparent`. What the
 * span is called is not for the page to say.
 */
const SpanRef = z.strictObject({
  traceparent: z
    .string()
    .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/, 'must be a traceparent'),
  parent: z
    .string()
    .regex(/^(?!0{16})[0-9a-f]{16}$/, 'must be a span id')
    .optional(),
  /** Milliseconds from its beginning to this report: clocks of browsers are often wrong. */
  ago: ms,
})
export type SpanRef = z.infer<typeof SpanRef>

const CallRef = SpanRef.extend({
  method: z.enum(METHODS).exclude(['__other__']),
  /** 0 where no answer came. */
  status: z.int().min(0).max(599),
})

const RumEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('vital'),
    name: z.enum(['LCP', 'INP', 'FCP', 'TTFB']),
    ms,
  }),
  z.strictObject({ type: z.literal('shift'), score: z.number().min(0).max(1000) }),
  z.strictObject({ type: z.literal('load'), ms, span: SpanRef.optional() }),
  /** `path` as it was asked for, without its query; only its template is kept. */
  z.strictObject({
    type: z.literal('api'),
    path: z.string().startsWith('/').max(300),
    ms,
    span: CallRef.optional(),
  }),
  z.strictObject({
    type: z.literal('navigation'),
    page: name,
    ms,
    span: SpanRef.optional(),
  }),
  z.strictObject({ type: z.literal('click'), action: name }),
  z.strictObject({ type: z.literal('step'), step: z.enum(STEPS) }),
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
