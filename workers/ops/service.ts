/** Whether the dependencies answer, and how soon. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import { type RedisEnv, redisOf } from '../../shared/redis.ts'
import type { Readiness } from './schemas.ts'

export interface ReadinessEnv extends DatabaseEnv, RedisEnv {
  readonly FILES: Pick<R2Bucket, 'head'>
  readonly DOCUMENTS: Pick<Queue, 'metrics'>
  readonly IDENTITY: { jwks(): Promise<unknown> }
}

/** A check with its latencies, which are not for everybody. */
export type Checked = Readiness & Required<Pick<Readiness, 'latencies'>>

/** Milliseconds a dependency has to answer, and a result stands for all probes. */
const CHECK = { timeoutMs: 1000, cacheMs: 2000 }

/** Finished checks only: a promise would die with the request that began it. */
const results = new WeakMap<ReadinessEnv, { at: number; checked: Checked }>()

/** Never throws: a dependency that fails is a `false`. */
export async function checkReadiness(env: ReadinessEnv, now: Date): Promise<Checked> {
  const last = results.get(env)
  if (last && now.getTime() - last.at < CHECK.cacheMs) return last.checked
  const checked = await check(env, now)
  results.set(env, { at: now.getTime(), checked })
  return checked
}

async function check(env: ReadinessEnv, now: Date): Promise<Checked> {
  const [database, redis, queue, r2, identity] = await Promise.all([
    ask(callAcrossTenants(env, sql`select extname from pg_extension where extname = 'vector'`)),
    ask(redisOf(env).ping()),
    ask(env.DOCUMENTS.metrics()),
    ask(env.FILES.head('readiness-probe')),
    ask(env.IDENTITY.jwks()),
  ])
  const vector = Array.isArray(database.value) && database.value.length === 1
  const checks = {
    database: database.ok,
    redis: redis.ok,
    vector,
    qdrant: vector,
    queue: queue.ok,
    r2: r2.ok,
    identity: identity.ok,
  }
  const latencies = {
    database: database.ms,
    redis: redis.ms,
    queue: queue.ms,
    r2: r2.ms,
    identity: identity.ms,
  }
  const status = Object.values(checks).every(Boolean) ? 'ready' : 'not_ready'
  return { status, timestamp: now.toISOString(), checks, latencies }
}

interface Asked {
  ok: boolean
  value: unknown
  ms: number | null
}

async function ask(call: Promise<unknown>): Promise<Asked> {
  const began = performance.now()
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('timed out')), CHECK.timeoutMs),
  )
  try {
    const value = await Promise.race([call, late])
    return { ok: true, value, ms: Math.round(performance.now() - began) }
  } catch {
    return { ok: false, value: undefined, ms: null }
  }
}
