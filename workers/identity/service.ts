/**
 * Who is calling, by the access token alone: no database, and no call once the keys are known.
 * Tokens are signed by the identity Worker, the only one to hold private keys.
 */
import { errors, type JWTHeaderParameters, jwtVerify } from 'jose'
import { type Actor, type Caller, type Permission, PERMISSIONS } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { lacking } from '../../shared/guards.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { isWellFormed, tokenOf } from './credential.ts'
import { findKey, type KeysEnv } from './jwks-client.ts'
import { decodeBits } from './permission-bits.ts'
import { revokedOf } from './revocation-client.ts'
import { type Bearer, isRevoked } from './revocations.ts'
import { permissionsOf } from './roles.ts'
import { Claims } from './schemas.ts'
import { createTokenCache, type TokenCache } from './token-cache.ts'

export interface TokenEnv extends KeysEnv {
  /** The issuer named in every token. */
  readonly PUBLIC_URL: string
}

export interface SessionsEnv {
  readonly IDENTITY: {
    /** What the session's user may do in the tenant now; null when the session has ended. */
    permissionsNow(sessionId: string, tenantId: string): Promise<readonly string[] | null>
  }
}

/** Seconds by which the clocks of two machines may differ. */
const CLOCK_SKEW = 5

/** Tokens remembered per isolate; each entry has some 2 KiB. */
const MAX_TOKENS = 1000

const DETAILS = {
  missing:
    'Send an access token as Authorization: Bearer …; POST /api/auth/sign-in/email gives one.',
  expired: 'The access token has expired; GET /api/auth/token gives a new one.',
  invalid: 'The access token is not valid; sign in again to get one that is.',
  ended: 'The session has ended; sign in again.',
}

const NOTHING: ReadonlySet<Permission> = new Set()

interface Verified {
  caller: Caller
  bearer: Bearer
}

const caches = new WeakMap<TokenEnv, TokenCache<Verified>>()

/**
 * Whoever the token speaks for, unless it was revoked, which counts after fifteen seconds at most.
 *
 * @throws ProblemError as `authenticate`, and unauthenticated when the session has ended
 */
export async function admit(
  env: TokenEnv & RedisEnv,
  headers: Headers,
  waitUntil: (work: Promise<unknown>) => void,
  now = new Date(),
): Promise<Caller> {
  const { caller, bearer } = await verified(env, headers, now)
  if (isRevoked(await revokedOf(env, now, waitUntil), bearer)) throw refused('ended')
  return caller
}

/**
 * Whoever the token speaks for, revoked or not: for who looks at the session itself anyway.
 *
 * @throws ProblemError unauthenticated, saying whether the token is missing, expired or not valid,
 *   but never what is wrong with it
 * @throws ProblemError dependency_down when the identity Worker must be asked and does not answer
 */
export async function authenticate(
  env: TokenEnv,
  headers: Headers,
  now = new Date(),
): Promise<Caller> {
  return (await verified(env, headers, now)).caller
}

async function verified(env: TokenEnv, headers: Headers, now: Date): Promise<Verified> {
  const token = tokenOf(headers)
  if (!token) throw refused('missing')
  const cache = cacheOf(env)
  const known = cache.get(token, now)
  if (known) return known

  const claims = await verify(env, token, now)
  const { sub: userId, sid: sessionId, org: tenantId, iat, exp } = claims
  const permissions = grantedBy(claims)
  const caller: Caller = { tenantId, actor: { type: 'user', userId, sessionId, permissions } }
  const entry = { caller, bearer: { userId, sessionId, issuedAt: iat * 1000 } }
  cache.set(token, entry, (exp + CLOCK_SKEW) * 1000)
  return entry
}

/** Running the platform is a claim of its own: no role's bits grant it, whatever they say. */
function grantedBy({ role, p, plt }: Claims): ReadonlySet<Permission> {
  const granted = p === undefined ? permissionsOf(role) : decodeBits(p, PERMISSIONS)
  if (plt) return new Set([...granted, 'admin.platform'])
  return granted.has('admin.platform') ? NOTHING : granted
}

/**
 * Asks the identity Worker whether the caller's session still lives and its role still grants
 * `permission`; for what a token of five minutes is too old to prove.
 *
 * @throws ProblemError unauthenticated, forbidden, or dependency_down when identity does not answer
 */
export async function confirm(
  env: SessionsEnv,
  { tenantId, actor }: Caller,
  permission: Permission,
): Promise<void> {
  const held = await heldNow(env, tenantId, actor)
  if (held === null) throw refused('ended')
  if (!held.includes(permission)) throw lacking(permission)
}

async function heldNow({ IDENTITY }: SessionsEnv, tenantId: string, actor: Actor) {
  if (actor.type !== 'user') return null
  try {
    return await IDENTITY.permissionsNow(actor.sessionId, tenantId)
  } catch (cause) {
    const detail = 'This needs a fresh look at your session, and the identity service is down.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}

/** As RFC 9068 section 4 has it. */
async function verify(env: TokenEnv, token: string, now: Date): Promise<Claims> {
  if (!isWellFormed(token)) throw refused('invalid')
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => getKey(env, kid, now), {
      algorithms: ['EdDSA'],
      issuer: env.PUBLIC_URL,
      audience: 'va-api',
      typ: 'at+jwt',
      requiredClaims: ['iat', 'exp'],
      clockTolerance: CLOCK_SKEW,
      currentDate: now,
    })
    const claims = Claims.safeParse(payload)
    if (claims.success) return claims.data
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    throw refused(error instanceof errors.JWTExpired ? 'expired' : 'invalid', error)
  }
  throw refused('invalid')
}

async function getKey(env: TokenEnv, kid: JWTHeaderParameters['kid'], now: Date) {
  const key = kid ? await findKey(env, kid, now) : undefined
  if (key) return key
  throw new errors.JWKSNoMatchingKey()
}

function cacheOf(env: TokenEnv): TokenCache<Verified> {
  const cache = caches.get(env) ?? createTokenCache<Verified>(MAX_TOKENS)
  caches.set(env, cache)
  return cache
}

const refused = (reason: keyof typeof DETAILS, cause?: Error) =>
  new ProblemError('unauthenticated', DETAILS[reason], { cause })
