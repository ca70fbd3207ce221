/**
 * Read-through cache of two levels: the isolate's own memory (L1), then Upstash (L2), then the
 * origin. One load per key at a time; a stale value is served when the origin fails; when Upstash
 * fails it is left alone for a while. Losing the cache costs time, never an error.
 *
 * A write is seen by other isolates within `freshMs`. Should Upstash fail at that very moment, it
 * is seen when the value in L2 ends, after `ttlSeconds`.
 */
import type { SetCommandOptions } from '@upstash/redis'
import { breakerOf } from './breaker.ts'
import { coloCache } from './colo-cache.ts'
import type { WithEnv } from './context.ts'
import type { Metrics } from './metrics.ts'
import type { RedisEnv } from './redis.ts'

interface Options<Value> {
  /** First part of every key after the tenant; one per kind of value. */
  namespace: string
  /** Milliseconds a value is served from memory without asking L2. */
  freshMs: number
  /** Milliseconds a value stays usable in memory when the origin fails. */
  staleMs: number
  /**
   * Seconds a value lives in the data centre's own cache, which is asked before L2; 0 for not at all. A
   * write elsewhere is seen so much later.
   */
  coloSeconds?: number
  /** Seconds a value lives in L2. */
  ttlSeconds?: number
  /** Values kept in memory per isolate; the least recently used goes first. */
  maxEntries?: number
  /** Reads what L2 holds; undefined or a throw (an older shape) counts as a miss. */
  parse: (text: string) => Value | undefined
}

/** What an isolate remembers of one Upstash. */
interface Memory<Value> {
  entries: Map<string, Entry<Value>>
  loads: Map<string, Promise<Value>>
}

interface Entry<Value> {
  value: Value
  storedAt: number
  /** Later than `storedAt` + `freshMs` when the origin failed since: it is not asked each time. */
  freshUntil: number
}

/**
 * Seconds a dropped key refuses new values in L2. A load that began before the write still carries
 * the old value, and would put it back for all isolates; no load takes this long.
 */
const DROPPED_SECONDS = 30

const MEMORY = { cache_type: 'memory' } as const

export type CacheContext = WithEnv<RedisEnv>

export function createCache<Value>(options: Options<Value>) {
  const {
    namespace,
    freshMs,
    staleMs,
    coloSeconds = 0,
    ttlSeconds = 300,
    maxEntries = 1000,
  } = options
  /** By Upstash's address: what stands before one cache is not served before another. */
  const memories = new Map<string, Memory<Value>>()

  function memoryOf({ env }: CacheContext): Memory<Value> {
    const known = memories.get(env.UPSTASH_REDIS_REST_URL)
    if (known) return known
    const memory = { entries: new Map(), loads: new Map() }
    memories.set(env.UPSTASH_REDIS_REST_URL, memory)
    return memory
  }

  const keyOf = (ctx: CacheContext, key: string) => `${ctx.tenantId}:${namespace}:${key}`

  function remember(ctx: CacheContext, key: string, entry: Entry<Value>): void {
    const { metrics } = ctx
    const { entries } = memoryOf(ctx)
    const before = entries.size
    entries.delete(key)
    entries.set(key, entry)
    const oldest = entries.keys().next().value
    if (entries.size > maxEntries && oldest !== undefined) {
      entries.delete(oldest)
      metrics.inc('voiceassist_cache_evictions_total', { ...MEMORY, reason: 'capacity' })
    }
    grown(metrics, entries.size - before)
  }

  function grown(metrics: Metrics, by: number): void {
    if (by !== 0) metrics.shift('voiceassist_cache_size_entries', MEMORY, by)
  }

  function found({ metrics }: CacheContext, layer: 'memory' | 'colo' | 'redis'): void {
    metrics.inc('cache_operations_total', { operation: 'get', status: 'hit' })
    metrics.inc('voiceassist_cache_hits_total', { layer, namespace })
  }

  function missed({ metrics }: CacheContext): void {
    metrics.inc('cache_operations_total', { operation: 'get', status: 'miss' })
    metrics.inc('voiceassist_cache_misses_total', { namespace })
  }

  /** A write that goes on by itself; null is Upstash's failure, or a key that was taken. */
  function write(ctx: CacheContext, key: string, value: Value, how: SetCommandOptions): void {
    const text = JSON.stringify(value)
    const { run } = breakerOf(ctx.env)
    const written = run(ctx, (redis) => redis.set(key, text, how).then(() => 'ok' as const))
    const count = async () => {
      const status = (await written) ?? 'error'
      ctx.metrics.inc('cache_operations_total', { operation: 'set', status })
    }
    ctx.defer(count())
  }

  function parse(text: string): Value | undefined {
    try {
      return options.parse(text)
    } catch {
      return undefined
    }
  }

  async function load(ctx: CacheContext, key: string, origin: () => Promise<Value>) {
    const near = await findNear(key)
    if (near !== undefined) {
      found(ctx, 'colo')
      return near
    }
    const { run } = breakerOf(ctx.env)
    const text = await run(ctx, (redis) => redis.get<string>(key))
    const shared = text ? parse(text) : undefined
    if (shared !== undefined) {
      found(ctx, 'redis')
      keepNear(ctx, key, shared)
      return shared
    }
    missed(ctx)
    const value = await origin()
    write(ctx, key, value, { ex: ttlSeconds, nx: true })
    keepNear(ctx, key, value)
    return value
  }

  async function findNear(key: string): Promise<Value | undefined> {
    const text = coloSeconds > 0 ? await coloCache.find(key) : undefined
    return text ? parse(text) : undefined
  }

  function keepNear(ctx: CacheContext, key: string, value: Value): void {
    if (coloSeconds > 0) ctx.defer(coloCache.put(key, JSON.stringify(value), coloSeconds))
  }

  return {
    /**
     * The value of `key` for this tenant.
     *
     * @param origin Loads it when neither level has it; its failure reaches the caller only when
     *   memory holds nothing younger than `staleMs`.
     * @param lazyMs A value no older is given at once, and loaded again behind the caller's back.
     */
    async get(
      ctx: CacheContext,
      key: string,
      origin: () => Promise<Value>,
      lazyMs = 0,
    ): Promise<Value> {
      const full = keyOf(ctx, key)
      const { entries, loads } = memoryOf(ctx)
      const entry = entries.get(full)
      const now = ctx.now().getTime()
      if (entry && now < entry.freshUntil) {
        remember(ctx, full, entry)
        found(ctx, 'memory')
        return entry.value
      }
      const running = loads.get(full) ?? start(ctx, full, origin)
      if (entry && now < entry.storedAt + lazyMs) {
        entry.freshUntil = now + freshMs
        found(ctx, 'memory')
        return entry.value
      }
      try {
        return await running
      } catch (error) {
        if (!entry || now >= entry.storedAt + staleMs) throw error
        entry.freshUntil = now + freshMs
        ctx.log.warn('origin failed, a stale value was served', { namespace, error })
        return entry.value
      }
    },

    /** The value of `key` if one of the two levels has it: for what `put` stored. Never throws. */
    async peek(ctx: CacheContext, key: string): Promise<Value | undefined> {
      return (await look(ctx, key))?.value
    },

    /** The same with the level that had it. */
    look,

    /** Stores what cannot be loaded by a function, such as an answer that was streamed meanwhile. */
    put(ctx: CacheContext, key: string, value: Value): void {
      const full = keyOf(ctx, key)
      const storedAt = ctx.now().getTime()
      remember(ctx, full, { value, storedAt, freshUntil: storedAt + freshMs })
      write(ctx, full, value, { ex: ttlSeconds })
      keepNear(ctx, full, value)
    },

    /** Forgets `key` here and in L2; call it after the write it follows. Never throws. */
    async drop(ctx: CacheContext, key: string): Promise<void> {
      const full = keyOf(ctx, key)
      const { entries, loads } = memoryOf(ctx)
      if (entries.delete(full)) grown(ctx.metrics, -1)
      loads.delete(full)
      if (coloSeconds > 0) await coloCache.drop(full)
      const { force } = breakerOf(ctx.env)
      const dropped = await force(ctx, (redis) => redis.set(full, '', { ex: DROPPED_SECONDS }))
      const status = dropped === null ? 'error' : 'ok'
      ctx.metrics.inc('cache_operations_total', { operation: 'delete', status })
    },
  }

  async function look(
    ctx: CacheContext,
    key: string,
  ): Promise<{ value: Value; layer: 'memory' | 'redis' } | undefined> {
    const full = keyOf(ctx, key)
    const now = ctx.now().getTime()
    const entry = memoryOf(ctx).entries.get(full)
    if (entry && now < entry.freshUntil) {
      found(ctx, 'memory')
      return { value: entry.value, layer: 'memory' }
    }
    const text = await breakerOf(ctx.env).run(ctx, (redis) => redis.get<string>(full))
    const value = text ? parse(text) : undefined
    if (value === undefined) {
      missed(ctx)
      return undefined
    }
    found(ctx, 'redis')
    remember(ctx, full, { value, storedAt: now, freshUntil: now + freshMs })
    return { value, layer: 'redis' }
  }

  /** The first to miss loads for all; `defer` keeps the load alive if its own request goes away. */
  function start(ctx: CacheContext, key: string, origin: () => Promise<Value>): Promise<Value> {
    const { loads } = memoryOf(ctx)
    const running = load(ctx, key, origin)
      .then((value) => {
        const storedAt = ctx.now().getTime()
        if (loads.get(key) === running) {
          remember(ctx, key, { value, storedAt, freshUntil: storedAt + freshMs })
        }
        return value
      })
      .finally(() => loads.get(key) === running && loads.delete(key))
    loads.set(key, running)
    ctx.defer(running.catch(() => undefined))
    return running
  }
}
