/**
 * The revoked sessions and users as the edge knows them: read from Redis at most every ten seconds
 * per isolate, and not while a request waits, but for the first. While Redis does not answer, what
 * was known goes on being used: an access token ends by itself within five minutes.
 */
import { type RedisEnv, redisOf } from '../../shared/redis.ts'
import { KEPT_MS, NOBODY, readRevoked, type Revoked, REVOKED_KEY } from './revocations.ts'

/**
 * Milliseconds from one call to the next; the age from which what is known is too old to decide by,
 * as after a rest of the isolate; and the longest a request waits.
 */
const TIMES = { freshMs: 10_000, staleMs: 14_000, timeoutMs: 1000 }

interface Watch {
  revoked: Revoked
  loadedAt: number
  askedAt: number
  /** Whether the last call was answered. */
  isUp: boolean
  loading: Promise<void> | undefined
}

const watches = new WeakMap<RedisEnv, Watch>()

/**
 * What is revoked, as of fifteen seconds ago at most.
 *
 * @param waitUntil Keeps the call alive that no request waits for.
 */
export async function revokedOf(
  env: RedisEnv,
  now: Date,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Revoked> {
  const watch = watchOf(env)
  if (now.getTime() - watch.askedAt >= TIMES.freshMs) {
    watch.loading = load(env, watch, now)
    waitUntil(watch.loading)
  }
  const isStale = now.getTime() - watch.loadedAt >= TIMES.staleMs
  if (watch.loading && watch.isUp && isStale) await inTime(watch.loading)
  return watch.revoked
}

/** Never throws: what was known stays. */
async function load(env: RedisEnv, watch: Watch, now: Date): Promise<void> {
  watch.askedAt = now.getTime()
  const since = now.getTime() - KEPT_MS
  try {
    const options = { byScore: true, withScores: true } as const
    const flat = await redisOf(env).zrange(REVOKED_KEY, since, '+inf', options)
    watch.revoked = readRevoked(flat)
    watch.loadedAt = now.getTime()
    watch.isUp = true
  } catch {
    watch.isUp = false
  } finally {
    watch.loading = undefined
  }
}

/** A timer of its own for every request: the one that asked may be gone before the answer comes. */
async function inTime(loading: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, TIMES.timeoutMs)
  })
  await Promise.race([loading, late])
  clearTimeout(timer)
}

function watchOf(env: RedisEnv): Watch {
  const never = Number.NEGATIVE_INFINITY
  const empty = {
    revoked: NOBODY,
    loadedAt: never,
    askedAt: never,
    isUp: true,
    loading: undefined,
  }
  const watch = watches.get(env) ?? empty
  watches.set(env, watch)
  return watch
}
