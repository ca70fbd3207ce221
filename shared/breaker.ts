/**
 * Upstash is left alone for a while after it failed: what is behind it is a cache or a count, and
 * no request should wait for a second each time to learn that neither answers.
 */
import type { WithEnv } from './context.ts'
import { type RedisEnv, redisOf, type RedisUse } from './redis.ts'

/** Who asks: the part of a service context that is there before a caller is known. */
export type BreakerContext = Pick<WithEnv<RedisEnv>, 'env' | 'now' | 'log' | 'metrics'>

type Command<Result> = (redis: ReturnType<typeof redisOf>) => Promise<Result>

/** Failures in a row after which Upstash is left alone, and for how long. */
const BREAKER = { failures: 3, openMs: 5000 }

const SERVICE = { service: 'upstash' } as const

const breakers = new WeakMap<RedisEnv, ReturnType<typeof createBreaker>>()

export function breakerOf(env: RedisEnv) {
  const breaker = breakers.get(env) ?? createBreaker()
  breakers.set(env, breaker)
  return breaker
}

function createBreaker() {
  let failures = 0
  let openUntil = 0

  /** The command's result, or null when Upstash fails. */
  async function force<Result>(
    ctx: BreakerContext,
    command: Command<Result>,
    use: RedisUse = 'cache',
  ) {
    const began = performance.now()
    try {
      const result = await command(redisOf(ctx.env, use))
      if (openUntil > 0) ctx.metrics.shift('voiceassist_breaker_state', SERVICE, -1)
      failures = 0
      openUntil = 0
      return result
    } catch (error) {
      failures++
      if (failures >= BREAKER.failures) {
        if (openUntil === 0) ctx.metrics.shift('voiceassist_breaker_state', SERVICE, 1)
        openUntil = ctx.now().getTime() + BREAKER.openMs
      }
      ctx.log.warn('Upstash failed', { error, failures })
      return null
    } finally {
      const seconds = (performance.now() - began) / 1000
      const labels = { cache_type: 'redis', operation: use } as const
      ctx.metrics.observe('voiceassist_cache_operation_duration_seconds', labels, seconds)
    }
  }

  /** The same, but null at once while it is left alone. Then one call tries it, not all of them. */
  async function run<Result>(ctx: BreakerContext, command: Command<Result>, use?: RedisUse) {
    const now = ctx.now().getTime()
    if (now < openUntil) return null
    if (failures >= BREAKER.failures) openUntil = now + BREAKER.openMs
    return force(ctx, command, use)
  }

  return { run, force }
}
