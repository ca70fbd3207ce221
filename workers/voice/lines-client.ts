/**
 * How many voice sessions of a tenant are open: a sorted set in Upstash, each session until it ends or
 * its longest duration is over. While Upstash is away nothing is counted, and nobody refused.
 */
import { type BreakerContext, breakerOf } from '../../shared/breaker.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { LIMITS } from './limits.ts'

export interface LinesEnv extends RedisEnv {
  readonly VOICE_MAX_SESSIONS: string
}

type LinesContext = BreakerContext & { readonly tenantId: string; readonly env: LinesEnv }

const keyOf = ({ tenantId }: LinesContext) => `voice:open:${tenantId}`

/** Seconds after which a refused caller may find a free line. */
const RETRY_SECONDS = 30

/**
 * Counts a session as open; one that is counted already goes on.
 *
 * @throws ProblemError rate_limited when the tenant has all that it may have
 */
export async function takeLine(ctx: LinesContext, sessionId: string): Promise<void> {
  const now = ctx.now().getTime()
  const key = keyOf(ctx)
  const result = await breakerOf(ctx.env).run(
    ctx,
    (redis) =>
      redis
        .multi()
        .zremrangebyscore(key, 0, now)
        .zadd(key, { score: now + LIMITS.sessionMs, member: sessionId })
        .zcard(key)
        .pexpire(key, LIMITS.sessionMs)
        .exec<[number, number, number, number]>(),
    'count',
  )
  if (!result) return
  const [, added, open] = result
  const most = Number(ctx.env.VOICE_MAX_SESSIONS)
  if (added === 0 || open <= most) return
  await freeLine(ctx, sessionId)
  ctx.metrics.inc('voiceassist_ratelimit_rejected_total', { scope: 'voice_sessions' })
  const detail = `${most} voice sessions are open, which is all your organisation may have at once.`
  throw new ProblemError('rate_limited', detail, { retryAfterSeconds: RETRY_SECONDS })
}

export async function freeLine(ctx: LinesContext, sessionId: string): Promise<void> {
  await breakerOf(ctx.env).run(ctx, (redis) => redis.zrem(keyOf(ctx), sessionId), 'count')
}
