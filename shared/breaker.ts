/**
 * What failed several times in a row is left alone for a while: no request should wait each time to
 * learn that it still does not answer. `createGate` decides for any service; `breakerOf` is Upstash's,
 * behind which there is a cache or a count.
 */
import type { WithEnv } from './context.ts'
import { type RedisEnv, redisOf, type RedisUse } from './redis.ts'

/** Who asks: the part of a service context that is there before a caller is known. */
export type BreakerContext = Pick<WithEnv<RedisEnv>, 'env' | 'now' | 'log' | 'metrics'>

type Command<Result> = (redis: ReturnType<typeof redisOf>) => Promise<Result>

/** Failures in a row after which a service is left alone, and for how long. */
interface GateOptions {
  failures: number
  openMs: number
}

export type Gate = ReturnType<typeof createGate>

/** Counts failures in a row and says when to try. */
export function createGate({ failures: most, openMs }: GateOptions) {
  let failures = 0
  let openUntil = 0
  return {
    /** Whether to try now. After a while one caller may, not all of them. */
    isOpenTo(now: Date): boolean {
      if (now.getTime() < openUntil) return false
      if (failures >= most) openUntil = now.getTime() + openMs
      return true
    },
    /** @returns whether this ended a time of being left alone */
    succeed(): boolean {
      const wasShut = openUntil > 0
      failures = 0
      openUntil = 0
      return wasShut
    },
    /** @returns whether this began a time of being left alone */
    fail(now: Date): boolean {
      failures++
      if (failures < most) return false
      const begins = openUntil === 0
      openUntil = now.getTime() + openMs
      return begins
    },
    failures: () => failures,
  }
}

const UPSTASH = { failures: 3, openMs: 5000 }

const SERVICE = { service: 'upstash' } as const

const breakers = new WeakMap<RedisEnv, ReturnType<typeof createBreaker>>()

export function breakerOf(env: RedisEnv) {
  const breaker = breakers.get(env) ?? createBreaker()
  breakers.set(env, breaker)
  return breaker
}

function createBreaker() {
  const gate = createGate(UPSTASH)

  /** The command's result, or null when Upstash fails. */
  async function force<Result>(
    ctx: BreakerContext,
    command: Command<Result>,
    use: RedisUse = 'cache',
  ) {
    const began = performance.now()
    try {
      const result = await command(redisOf(ctx.env, use))
      if (gate.succeed()) ctx.metrics.shift('voiceassist_breaker_state', SERVICE, -1)
      return result
    } catch (error) {
      if (gate.fail(ctx.now())) ctx.metrics.shift('voiceassist_breaker_state', SERVICE, 1)
      ctx.log.warn('Upstash failed', { error, failures: gate.failures() })
      return null
    } finally {
      const seconds = (performance.now() - began) / 1000
      const labels = { cache_type: 'redis', operation: use } as const
      ctx.metrics.observe('voiceassist_cache_operation_duration_seconds', labels, seconds)
    }
  }

  /** The same, but null at once while it is left alone. Then one call tries it, not all of them. */
  async function run<Result>(ctx: BreakerContext, command: Command<Result>, use?: RedisUse) {
    return gate.isOpenTo(ctx.now()) ? force(ctx, command, use) : null
  }

  return { run, force }
}
