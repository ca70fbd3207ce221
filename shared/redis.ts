/** The Upstash client, one per isolate. Only shared/cache.ts and a feature's *-client.ts use it. */
import { Redis } from '@upstash/redis/cloudflare'

export interface RedisEnv {
  readonly UPSTASH_REDIS_REST_URL: string
  readonly UPSTASH_REDIS_REST_TOKEN: string
}

const clients = new WeakMap<RedisEnv, Redis>()

/** Waits no longer than a second: what is behind it is a cache, and the origin is near. */
const TIMEOUT_MS = 1000

export function redisOf(env: RedisEnv): Redis {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env
  const make = () =>
    new Redis({
      url,
      token,
      retry: false,
      enableTelemetry: false,
      automaticDeserialization: false,
      signal: () => AbortSignal.timeout(TIMEOUT_MS),
    })
  const client = clients.get(env) ?? make()
  clients.set(env, client)
  return client
}
