/**
 * Read-through cache of two levels: the isolate's own memory (L1), then Upstash (L2), then the
 * origin. One load per key at a time; a stale value is served when the origin fails; when Upstash
 * fails it is left alone for a while. Losing the cache costs time, never an error.
 */
import type { WithEnv } from './context.ts'
import { type RedisEnv, redisOf } from './redis.ts'

interface Options<Value> {
  /** First part of every key after the tenant; one per kind of value. */
  namespace: string
  /** Milliseconds a value is served from memory without asking L2. */
  freshMs: number
  /** Milliseconds a value stays usable in memory when the origin fails. */
  staleMs: number
  /** Seconds a value lives in L2. */
  ttlSeconds?: number
  /** Values kept in memory per isolate; the least recently used goes first. */
  maxEntries?: number
  /** Reads what L2 holds; undefined (an older shape) counts as a miss. */
  parse: (text: string) => Value | undefined
}

interface Entry<Value> {
  value: Value
  storedAt: number
}

export type CacheContext = WithEnv<RedisEnv>

export function createCache<Value>(options: Options<Value>) {
  const { namespace, freshMs, staleMs, ttlSeconds = 300, maxEntries = 1000 } = options
  const entries = new Map<string, Entry<Value>>()
  const loads = new Map<string, Promise<Value>>()

  const keyOf = (ctx: CacheContext, key: string) => `${ctx.tenantId}:${namespace}:${key}`

  function remember(key: string, value: Value, storedAt: number): void {
    entries.delete(key)
    entries.set(key, { value, storedAt })
    const oldest = entries.keys().next().value
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
  }

  async function load(ctx: CacheContext, key: string, origin: () => Promise<Value>) {
    const text = await breaker.run(ctx, (redis) => redis.get<string>(key))
    const shared = text ? options.parse(text) : undefined
    if (shared !== undefined) return shared
    const value = await origin()
    const write = JSON.stringify(value)
    ctx.defer(breaker.run(ctx, (redis) => redis.set(key, write, { ex: ttlSeconds })))
    return value
  }

  return {
    /**
     * The value of `key` for this tenant.
     *
     * @param origin Loads it when neither level has it; its failure reaches the caller only when
     *   memory holds nothing younger than `staleMs`.
     */
    async get(ctx: CacheContext, key: string, origin: () => Promise<Value>): Promise<Value> {
      const full = keyOf(ctx, key)
      const entry = entries.get(full)
      const age = entry ? ctx.now().getTime() - entry.storedAt : Number.POSITIVE_INFINITY
      if (entry && age < freshMs) {
        remember(full, entry.value, entry.storedAt)
        return entry.value
      }
      const running = loads.get(full) ?? start(ctx, full, origin)
      try {
        return await running
      } catch (error) {
        if (!entry || age >= staleMs) throw error
        ctx.log.warn('origin failed, a stale value was served', { namespace, error })
        return entry.value
      }
    },

    /** Forgets `key` here and in L2. Other isolates follow within `freshMs`. */
    async drop(ctx: CacheContext, key: string): Promise<void> {
      const full = keyOf(ctx, key)
      entries.delete(full)
      loads.delete(full)
      await breaker.run(ctx, (redis) => redis.del(full))
    },
  }

  /** The first to miss loads for all; `defer` keeps the load alive if its own request goes away. */
  function start(ctx: CacheContext, key: string, origin: () => Promise<Value>): Promise<Value> {
    const running = load(ctx, key, origin)
      .then((value) => {
        if (loads.get(key) === running) remember(key, value, ctx.now().getTime())
        return value
      })
      .finally(() => loads.get(key) === running && loads.delete(key))
    loads.set(key, running)
    ctx.defer(running.catch(() => undefined))
    return running
  }
}

/** Failures in a row after which L2 is left alone, and for how long. */
const BREAKER = { failures: 3, openMs: 5000 }

function createBreaker() {
  let failures = 0
  let openUntil = 0
  return {
    /** The command's result, or null when L2 fails or is being left alone. */
    async run<Result>(
      ctx: CacheContext,
      command: (redis: ReturnType<typeof redisOf>) => Promise<Result>,
    ): Promise<Result | null> {
      const now = ctx.now().getTime()
      if (now < openUntil) return null
      try {
        const result = await command(redisOf(ctx.env))
        failures = 0
        return result
      } catch (error) {
        failures++
        if (failures >= BREAKER.failures) openUntil = now + BREAKER.openMs
        ctx.log.warn('the shared cache failed', { error, failures })
        return null
      }
    },
  }
}

const breaker = createBreaker()
