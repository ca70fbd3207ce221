/**
 * API keys on the edge: each is sent to the identity Worker once, and what it may do is remembered
 * under the key's hash. A key seen before costs no call; one that is revoked is refused when what is
 * remembered grows old, after a minute at most.
 */
import { ProblemError } from '../../shared/errors.ts'
import { currentTraceparent, withSpan } from '../../shared/tracing.ts'
import { createTokenCache, type TokenCache } from './token-cache.ts'

export interface ExchangeEnv {
  readonly IDENTITY: {
    /** An access token for the key; null when nobody has such a key. */
    exchangeKey(key: string, traceparent?: string): Promise<string | null>
  }
}

/** Milliseconds. */
const TIMES = {
  /** What is remembered is used without asking; so long may a revoked key still be answered. */
  fresh: 60_000,
  /** A key nobody has is not asked about again. Short: somebody may be typing. */
  unknown: 10_000,
  /** While identity does not answer, it is not asked again about a key that is remembered. */
  down: 5000,
  timeout: 2000,
}

/** Keys remembered per isolate, of either kind. */
const MAX_KEYS = 1000

/** What a key's token says; how it is read is the caller's matter. */
export interface Exchanged {
  /** Milliseconds since the epoch when the token, and with it everything remembered, ends. */
  expiresAt: number
}

type Answer<Value> = { type: 'known'; value: Value } | { type: 'unknown' } | { type: 'down' }

interface Memory<Value> {
  known: TokenCache<{ value: Value; freshUntil: number }>
  unknown: TokenCache<true>
  /** Keys being asked about, by hash. */
  flights: Map<string, Promise<Answer<Value>>>
}

interface Exchange<Env, Value> {
  /**
   * What `key` stands for; undefined when nobody has such a key.
   *
   * @throws ProblemError dependency_down when that is not known here and identity does not answer
   */
  get: (env: Env, key: string, now: Date) => Promise<Value | undefined>
}

/** @param read Checks and reads the token that identity gave for a key. */
export function createExchange<Env extends ExchangeEnv, Value extends Exchanged>(
  read: (env: Env, token: string, now: Date) => Promise<Value>,
): Exchange<Env, Value> {
  const memories = new WeakMap<ExchangeEnv, Memory<Value>>()

  async function get(env: Env, key: string, now: Date): Promise<Value | undefined> {
    const memory = memoryOf(env)
    const hash = await hashOf(key)
    const entry = memory.known.get(hash, now)
    if (entry && now.getTime() < entry.freshUntil) return entry.value
    if (memory.unknown.get(hash, now)) return undefined
    const answer = await ask(env, hash, key, now)
    if (answer.type === 'known') return answer.value
    if (answer.type === 'unknown') return undefined
    if (!entry) throw unavailable()
    entry.freshUntil = now.getTime() + TIMES.down
    return entry.value
  }

  /** One call per key at a time, and a timer of its own for every request, as in jwks-client.ts. */
  async function ask(env: Env, hash: string, key: string, now: Date): Promise<Answer<Value>> {
    const { flights } = memoryOf(env)
    const flight = flights.get(hash) ?? call(env, hash, key, now)
    flights.set(hash, flight)
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<Answer<Value>>((resolve) => {
      timer = setTimeout(() => resolve({ type: 'down' }), TIMES.timeout)
    })
    try {
      return await Promise.race([flight, late])
    } finally {
      clearTimeout(timer)
      if (flights.get(hash) === flight) flights.delete(hash)
    }
  }

  async function call(env: Env, hash: string, key: string, now: Date): Promise<Answer<Value>> {
    const { known, unknown } = memoryOf(env)
    let token: string | null
    try {
      const start = { name: 'identity.exchangeKey', kind: 'client' } as const
      token = await withSpan(start, () => env.IDENTITY.exchangeKey(key, currentTraceparent()))
    } catch {
      return { type: 'down' }
    }
    if (token === null) {
      known.drop(hash)
      unknown.set(hash, true, now.getTime() + TIMES.unknown)
      return { type: 'unknown' }
    }
    const value = await read(env, token, now)
    const freshUntil = Math.min(now.getTime() + TIMES.fresh, value.expiresAt)
    known.set(hash, { value, freshUntil }, value.expiresAt)
    return { type: 'known', value }
  }

  function memoryOf(env: Env): Memory<Value> {
    const memory = memories.get(env) ?? {
      known: createTokenCache(MAX_KEYS),
      unknown: createTokenCache(MAX_KEYS),
      flights: new Map(),
    }
    memories.set(env, memory)
    return memory
  }
  return { get }
}

/** Keys are remembered by their hash: memory is dumped, logged and swapped. */
async function hashOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return String.fromCharCode(...new Uint8Array(digest))
}

const unavailable = () =>
  new ProblemError(
    'dependency_down',
    'This key cannot be checked now: the identity service does not answer. Try again shortly.',
    { retryAfterSeconds: 5 },
  )
