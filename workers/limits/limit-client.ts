/** Counting in Upstash: sliding windows by @upstash/ratelimit, all rules of a request in one call. */
import { Ratelimit } from '@upstash/ratelimit'
import type { Redis } from '@upstash/redis/cloudflare'
import { type BreakerContext, breakerOf } from '../../shared/breaker.ts'
import type { Rule, Standing } from './policy.ts'

/** Callers refused a moment ago, kept per isolate: they are refused again without a call. */
const MAX_REFUSED = 10_000

/** Forgets the oldest, so that many addresses cannot fill the isolate. */
class BoundedMap extends Map<string, number> {
  override set(key: string, value: number): this {
    super.set(key, value)
    const oldest = this.keys().next().value
    if (this.size > MAX_REFUSED && oldest !== undefined) this.delete(oldest)
    return this
  }
}

const refused = new WeakMap<object, BoundedMap>()

/**
 * Counts one request under each rule; one that is refused anyway is counted under none. The
 * commands are issued together, so the client sends them as one pipeline.
 *
 * @returns null when Upstash does not answer
 */
export async function countRequest(
  ctx: BreakerContext,
  rules: readonly Rule[],
): Promise<Standing[] | null> {
  const ephemeralCache = refused.get(ctx.env) ?? new BoundedMap()
  refused.set(ctx.env, ephemeralCache)
  const known = rules.flatMap((rule) => {
    const reset = ephemeralCache.get(`${rule.scope}:${rule.id}`) ?? 0
    return reset > Date.now() ? [standingOf(rule, { success: false, remaining: 0, reset })] : []
  })
  if (known.length > 0) return known
  const countAll = (redis: Redis) => {
    const count = async (rule: Rule): Promise<Standing> => {
      const limiter = Ratelimit.slidingWindow(rule.limit, `${rule.windowSeconds} s`)
      // No timeout of its own: it would let the request in, and the client has one.
      const options = { prefix: rule.scope, ephemeralCache, timeout: 0, enableTelemetry: false }
      return standingOf(rule, await new Ratelimit({ redis, limiter, ...options }).limit(rule.id))
    }
    return Promise.all(rules.map(count))
  }
  return breakerOf(ctx.env).run(ctx, countAll, 'count')
}

type Counted = Pick<Awaited<ReturnType<Ratelimit['limit']>>, 'success' | 'remaining' | 'reset'>

function standingOf(rule: Rule, { success: allowed, remaining, reset }: Counted): Standing {
  const resetSeconds = Math.max(1, Math.ceil((reset - Date.now()) / 1000))
  return { rule, allowed, remaining, resetSeconds }
}
