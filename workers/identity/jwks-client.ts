/**
 * The identity Worker's public keys, kept in the isolate: asked for when the first token arrives,
 * when they are old, and when a token names a key that is not among them. While identity does not
 * answer, the keys already known go on being used.
 */
import { ProblemError } from '../../shared/errors.ts'
import type { KeySet } from './schemas.ts'

export interface KeysEnv {
  readonly IDENTITY: { jwks(): Promise<KeySet> }
}

/** Milliseconds keys are good without asking again, and one call may take. */
const TIMES = { freshMs: 300_000, timeoutMs: 2000 }

/**
 * Milliseconds from one call to the next, so that a stranger's tokens do not become calls. Without
 * any key there is none to wait for: the first may have been made a moment ago, by the setup.
 */
const COOLDOWN = { withKeys: 10_000, withoutKeys: 0, down: 1000 }

interface KeyRing {
  keys: ReadonlyMap<string, CryptoKey>
  loadedAt: number
  askedAt: number
  /** Whether the last call was answered. */
  isUp: boolean
  loading: Promise<void> | undefined
}

const rings = new WeakMap<KeysEnv, KeyRing>()

/**
 * The key named `kid`, or undefined when there is none by that name.
 *
 * @throws ProblemError dependency_down when the key is unknown and identity does not answer
 */
export async function findKey(
  env: KeysEnv,
  kid: string,
  now: Date,
): Promise<CryptoKey | undefined> {
  const ring = ringOf(env)
  const known = ring.keys.get(kid)
  if (known && now.getTime() - ring.loadedAt < TIMES.freshMs) return known
  if (ring.loading || now.getTime() - ring.askedAt >= cooldownOf(ring)) await refresh(env, now)
  const key = ring.keys.get(kid)
  if (!key && !ring.isUp) throw unavailable()
  return key
}

function cooldownOf({ keys, isUp }: KeyRing): number {
  if (keys.size > 0) return COOLDOWN.withKeys
  return isUp ? COOLDOWN.withoutKeys : COOLDOWN.down
}

/** Never throws: what is missing afterwards is the caller's to judge. */
async function refresh(env: KeysEnv, now: Date): Promise<void> {
  const ring = ringOf(env)
  const loading = ring.loading ?? load(env, now)
  ring.loading = loading
  // A timer of its own for every request: the one that asked may be gone before the answer comes.
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, TIMES.timeoutMs)
  })
  await Promise.race([loading, late])
  clearTimeout(timer)
  if (ring.loading === loading) ring.loading = undefined
}

async function load(env: KeysEnv, now: Date): Promise<void> {
  const ring = ringOf(env)
  ring.askedAt = now.getTime()
  ring.isUp = false
  try {
    const { keys } = await env.IDENTITY.jwks()
    const entries = keys.map(async (jwk) => [jwk.kid, await importKey(jwk)] as const)
    ring.keys = new Map(await Promise.all(entries))
    ring.loadedAt = now.getTime()
    ring.isUp = true
  } catch {
    // Known keys stay; findKey says so when there is none.
  }
}

const importKey = (jwk: JsonWebKey) =>
  crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['verify'])

function ringOf(env: KeysEnv): KeyRing {
  const never = Number.NEGATIVE_INFINITY
  const empty = { keys: new Map(), loadedAt: never, askedAt: never, isUp: true, loading: undefined }
  const ring = rings.get(env) ?? empty
  rings.set(env, ring)
  return ring
}

const unavailable = () =>
  new ProblemError(
    'dependency_down',
    'Access tokens cannot be checked now: the identity service does not answer. Try again shortly.',
    { retryAfterSeconds: 5 },
  )
