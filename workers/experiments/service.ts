/** What pages and apps report of units goes to the queue; experiments read it from Postgres. */
import type { WithEnv } from '../../shared/context.ts'
import { environmentOf } from '../../shared/environment.ts'
import { ProblemError } from '../../shared/errors.ts'
import { type MetricMessage, type TrackRequest } from './schemas.ts'

export type TrackContext = WithEnv<{
  readonly EXPOSURES: { send(message: MetricMessage): Promise<unknown> }
}>

const OLDEST_MS = 30 * 86_400_000

type Event = TrackRequest['events'][number]

/**
 * Answers when the queue has them: whoever is refused may send them again.
 *
 * @throws ProblemError invalid_fields for an event of long ago; dependency_down
 */
export async function trackEvents(
  ctx: TrackContext,
  { events }: TrackRequest,
): Promise<{ accepted: number }> {
  const now = ctx.now().getTime()
  const errors = events.flatMap(({ time }, index) => {
    const isOld = time !== undefined && Date.parse(time) < now - OLDEST_MS
    const detail = 'Report it within 30 days.'
    return isOld ? [{ in: 'json', pointer: `/events/${index}/time`, detail }] : []
  })
  if (errors.length > 0) throw new ProblemError('invalid_fields', 'Some are too old.', { errors })
  const rows = events.map((event, index) => eventOf(ctx, event, index))
  const { tenantId } = ctx
  const message = {
    type: 'metrics',
    tenantId,
    environment: environmentOf(ctx),
    events: rows,
  } as const
  await ctx.env.EXPOSURES.send(message).catch((cause: unknown) => {
    const detail = 'Events are not taken at the moment. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  })
  return { accepted: rows.length }
}

/** A repeat is known by the time its sender says; without one, each request is another event. */
function eventOf(ctx: TrackContext, event: Event, index: number): MetricMessage['events'][number] {
  const { name: metric, targetingKey: unit, value, time } = event
  const now = ctx.now().getTime()
  const at = new Date(Math.min(time === undefined ? now : Date.parse(time), now)).toISOString()
  const made = time === undefined ? `${ctx.requestId}:${index}` : `${Date.parse(time)}:${value}`
  return { metric, unit, value, time: at, idempotencyKey: event.idempotencyKey ?? made }
}
