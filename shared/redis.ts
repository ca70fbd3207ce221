/** The Upstash client, one per isolate. shared/breaker.ts and a feature's *-client.ts use it. */
import { Redis } from '@upstash/redis/cloudflare'
import { currentTraceparent, withSpan } from './tracing.ts'

export interface RedisEnv {
  readonly UPSTASH_REDIS_REST_URL: string
  readonly UPSTASH_REDIS_REST_TOKEN: string
}

/**
 * Milliseconds to wait for an answer. `cache`: the origin is near, so no longer than a second.
 * `count`: a lost count is a lost limit, and what is counted takes a while anyway.
 */
const TIMEOUTS_MS = { cache: 1000, count: 3000 } as const

export type RedisUse = keyof typeof TIMEOUTS_MS

const clients = { cache: new WeakMap<RedisEnv, Redis>(), count: new WeakMap<RedisEnv, Redis>() }

const SPAN = {
  name: 'cache.command',
  kind: 'client',
  attributes: { 'db.system.name': 'redis' },
} as const

/** Each call of its client is a span; keys and values are not told. */
class TracedRedis extends Redis {
  constructor(...options: ConstructorParameters<typeof Redis>) {
    super(...options)
    const { client } = this
    const request = client.request.bind(client)
    client.request = (call) =>
      withSpan(SPAN, () => {
        const traceparent = currentTraceparent()
        return request({
          ...call,
          headers: { ...call.headers, ...(traceparent && { traceparent }) },
        })
      })
  }
}

export function redisOf(env: RedisEnv, use: RedisUse = 'cache'): Redis {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env
  const make = () =>
    new TracedRedis({
      url,
      token,
      retry: false,
      enableTelemetry: false,
      automaticDeserialization: false,
      signal: () => AbortSignal.timeout(TIMEOUTS_MS[use]),
    })
  const client = clients[use].get(env) ?? make()
  clients[use].set(env, client)
  return client
}
