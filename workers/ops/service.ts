/** Whether the dependencies answer. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import { type RedisEnv, redisOf } from '../../shared/redis.ts'
import type { Readiness } from './schemas.ts'

export interface OpsEnv extends DatabaseEnv, RedisEnv {
  readonly FILES: Pick<R2Bucket, 'head'>
  readonly IDENTITY: { jwks(): Promise<unknown> }
}

/** Milliseconds a dependency has to answer, and a result stands for all probes. */
const CHECK = { timeoutMs: 1000, cacheMs: 2000 }

/** Finished checks only: a promise would die with the request that began it. */
const results = new WeakMap<OpsEnv, { at: number; readiness: Readiness }>()

/** Never throws: a dependency that fails is a `false`. */
export async function checkReadiness(env: OpsEnv, now: Date): Promise<Readiness> {
  const last = results.get(env)
  if (last && now.getTime() - last.at < CHECK.cacheMs) return last.readiness
  const readiness = await check(env, now)
  results.set(env, { at: now.getTime(), readiness })
  return readiness
}

async function check(env: OpsEnv, now: Date): Promise<Readiness> {
  const [database, redis, r2, identity] = await Promise.all([
    answers(callAcrossTenants(env, sql`select extname from pg_extension where extname = 'vector'`)),
    answers(redisOf(env).ping()),
    answers(env.FILES.head('readiness-probe')),
    answers(env.IDENTITY.jwks()),
  ])
  const vector = Array.isArray(database.value) && database.value.length === 1
  const checks = {
    database: database.ok,
    redis: redis.ok,
    vector,
    qdrant: vector,
    r2: r2.ok,
    identity: identity.ok,
  }
  const status = Object.values(checks).every(Boolean) ? 'ready' : 'not_ready'
  return { status, timestamp: now.toISOString(), checks }
}

async function answers(call: Promise<unknown>): Promise<{ ok: boolean; value: unknown }> {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('timed out')), CHECK.timeoutMs),
  )
  try {
    return { ok: true, value: await Promise.race([call, late]) }
  } catch {
    return { ok: false, value: undefined }
  }
}
