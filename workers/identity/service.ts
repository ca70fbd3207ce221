/**
 * Who is calling, by the access token or API key alone: no database, and no call once the signing
 * keys or the API key are known. Tokens are signed by the identity Worker, the only one to hold private keys.
 */
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import type { Actor, Caller, Permission } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { lacking } from '../../shared/guards.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { currentTraceparent, withSpan } from '../../shared/tracing.ts'
import { isApiKey, parseKey } from './api-key.ts'
import { readClaims, type Verified } from './claims-service.ts'
import { isWellFormed, tokenOf } from './credential.ts'
import { createExchange, type ExchangeEnv } from './exchange-client.ts'
import { findKey, type KeysEnv } from './jwks-client.ts'
import { revokedOf } from './revocation-client.ts'
import { isRevoked } from './revocations.ts'
import { Claims } from './schemas.ts'
import { createTokenCache, type TokenCache } from './token-cache.ts'

export interface TokenEnv {
  /** The issuer named in every token. */
  readonly PUBLIC_URL: string
  readonly IDENTITY: KeysEnv['IDENTITY'] & ExchangeEnv['IDENTITY']
}

export interface SessionsEnv {
  readonly IDENTITY: {
    /** What the session's user may do in the tenant now; null when the session has ended. */
    permissionsNow(
      sessionId: string,
      tenantId: string,
      traceparent?: string,
    ): Promise<readonly string[] | null>
    /** What the API key may do now; null when it is revoked or has expired. */
    permissionsOfKey(
      keyId: string,
      tenantId: string,
      traceparent?: string,
    ): Promise<readonly string[] | null>
  }
}

/** Seconds by which the clocks of two machines may differ. */
const CLOCK_SKEW = 5

/** Tokens remembered per isolate; each entry has some 2 KiB. */
const MAX_TOKENS = 1000

const DETAILS = {
  missing:
    'Send an API key or an access token as Authorization: Bearer …; POST /api/auth/sign-in/email gives a token.',
  expired: 'The access token has expired; GET /api/auth/token gives a new one.',
  invalid: 'The access token is not valid; sign in again to get one that is.',
  ended: 'The session has ended; sign in again.',
  key: 'The API key is not valid, or whoever made it is suspended. Keys are made and renewed at /api/admin/api-keys.',
}

const caches = new WeakMap<TokenEnv, TokenCache<Verified>>()
const exchange = createExchange(readToken)

/**
 * Whoever the credential speaks for, unless its session was revoked, which counts after fifteen
 * seconds at most.
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
  if (bearer && isRevoked(await revokedOf(env, now, waitUntil), bearer)) throw refused('ended')
  return caller
}

/**
 * Whoever the credential speaks for, revoked or not: for who looks at the session itself anyway.
 *
 * @throws ProblemError unauthenticated, saying whether the credential is missing, expired or not
 *   valid, but never what is wrong with it; forbidden to a page that may not use the key
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
  const text = tokenOf(headers)
  if (!text) throw refused('missing')
  const found = isApiKey(text) ? await findByKey(env, text, now) : await recall(env, text, now)
  const { origins } = found
  if (origins && !origins.includes(headers.get('origin') ?? '')) {
    const detail = `This key works in pages of ${origins.join(', ')} only.`
    throw new ProblemError('forbidden', detail)
  }
  return found
}

/** A text that cannot be a key is refused here, and asked about nowhere. */
async function findByKey(env: TokenEnv, key: string, now: Date): Promise<Verified> {
  const found = parseKey(key) && (await exchange.get(env, key, now))
  if (found) return found
  throw refused('key')
}

async function recall(env: TokenEnv, token: string, now: Date): Promise<Verified> {
  const cache = cacheOf(env)
  const known = cache.get(token, now)
  if (known) return known
  const read = await readToken(env, token, now)
  cache.set(token, read, read.expiresAt + CLOCK_SKEW * 1000)
  return read
}

async function readToken(env: TokenEnv, token: string, now: Date): Promise<Verified> {
  return readClaims(await verify(env, token, now))
}

/**
 * Asks the identity Worker whether the caller's session still lives and its role still grants
 * `permission`, or whether the key is still valid and has it as a scope; for what a token of five
 * minutes is too old to prove.
 *
 * @throws ProblemError unauthenticated, forbidden, or dependency_down when identity does not answer
 */
export async function confirm(
  env: SessionsEnv,
  { tenantId, actor }: Caller,
  permission: Permission,
): Promise<void> {
  const held = await heldNow(env, tenantId, actor)
  if (held === null) throw refused(actor.type === 'key' ? 'key' : 'ended')
  if (!held.includes(permission)) throw lacking(permission)
}

async function heldNow({ IDENTITY }: SessionsEnv, tenantId: string, actor: Actor) {
  if (actor.type === 'system') return null
  try {
    return await withSpan({ name: 'identity.permissionsNow', kind: 'client' }, () =>
      actor.type === 'key'
        ? IDENTITY.permissionsOfKey(actor.keyId, tenantId, currentTraceparent())
        : IDENTITY.permissionsNow(actor.sessionId, tenantId, currentTraceparent()),
    )
  } catch (cause) {
    const detail = 'This needs a fresh look at your credential, and the identity service is down.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}

async function verify(env: TokenEnv, token: string, now: Date): Promise<Claims> {
  const claims = Claims.safeParse(await verifySigned(env, token, ACCESS, now))
  if (claims.success) return claims.data
  throw refused('invalid')
}

/** What a token is for; one of another kind is as good as forged. */
export interface TokenKind {
  typ: string
  audience: string
  /** Seconds after its end in which a token is still read; and the skew of clocks. */
  tolerance: number
}

/** RFC 9068, section 4. */
export const ACCESS: TokenKind = { typ: 'at+jwt', audience: 'va-api', tolerance: CLOCK_SKEW }

/**
 * The claims of a token the identity Worker signed.
 *
 * @throws ProblemError as `authenticate`
 */
export async function verifySigned(
  env: TokenEnv,
  token: string,
  { typ, audience, tolerance }: TokenKind,
  now: Date,
): Promise<JWTPayload> {
  if (!isWellFormed(token)) throw refused('invalid')
  try {
    const { payload } = await jwtVerify(token, (header) => getKey(env, header, now), {
      algorithms: ['EdDSA'],
      issuer: env.PUBLIC_URL,
      audience,
      typ,
      requiredClaims: ['iat', 'exp'],
      clockTolerance: tolerance,
      currentDate: now,
    })
    return payload
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    throw refused(error instanceof errors.JWTExpired ? 'expired' : 'invalid', error)
  }
}

/** All that a header of ours has. More would be a key of its own, or another way to read the token. */
const HEADER = new Set(['alg', 'typ', 'kid'])

async function getKey(env: TokenEnv, header: JWTHeaderParameters, now: Date) {
  const isOurs = Object.keys(header).every((name) => HEADER.has(name))
  const key = isOurs && header.kid ? await findKey(env, header.kid, now) : undefined
  if (key) return key
  throw new errors.JWKSNoMatchingKey()
}

function cacheOf(env: TokenEnv): TokenCache<Verified> {
  const cache = caches.get(env) ?? createTokenCache<Verified>(MAX_TOKENS)
  caches.set(env, cache)
  return cache
}

/** The credential of a request as text; undefined when it brings none. */
export const credentialOf = tokenOf
export { credentialHeaders, isClientKey } from './credential.ts'

const refused = (reason: keyof typeof DETAILS, cause?: Error) =>
  new ProblemError('unauthenticated', DETAILS[reason], { cause })
