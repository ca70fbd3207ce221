/**
 * Access tokens (RFC 9068): who, in which tenant, in which role or with which scopes, for five
 * minutes; and the tokens in voice keys.
 */
import { type JWTPayload, SignJWT } from 'jose'
import type { IssuerCore } from './context.ts'
import { signerOf } from './signing-keys.ts'

/** Seconds; also the longest a revoked session's last token lives on. */
export const TOKEN_LIFETIME = 300

export interface TokenSubject {
  userId: string
  sessionId: string
  tenantId: string
  role: string
  /** How the user was recognised: RFC 8176, section 2. */
  amr: string[]
  /** Of a role that the tenant made itself; see `Claims` in schemas.ts. */
  p?: string
  pv?: number
  plt?: true
  act?: { sub: string }
  /** The tenant's plan, where it has one of its own. */
  pln?: string
  /** The token ends then at the latest. */
  endsAt?: Date | undefined
  /**
   * When what the token says was looked up, or before; now unless said otherwise. A revocation
   * refuses tokens that are older, so one that was read before a change must not look newer.
   */
  readAt?: Date
}

export interface AccessToken {
  accessToken: string
  expiresAt: Date
}

/** @throws ProblemError misconfigured when there is no key to sign with */
export async function signAccessToken(
  ctx: IssuerCore,
  { userId, sessionId, tenantId, readAt = ctx.now(), endsAt: last, ...rights }: TokenSubject,
): Promise<AccessToken> {
  const latest = last ? secondsOf(last) : Number.POSITIVE_INFINITY
  const endsAt = Math.min(secondsOf(readAt) + TOKEN_LIFETIME, latest)
  // RFC 7519 section 2 lets a NumericDate have a fraction: in the second of a revocation it tells
  // the token before it from the one that came after.
  const iat = readAt.getTime() / 1000
  const claims = { iat, sub: userId, sid: sessionId, org: tenantId, ...rights }
  return { accessToken: await sign(ctx, claims, endsAt), expiresAt: new Date(endsAt * 1000) }
}

/** What of an API key goes into its token. */
interface KeySubject {
  id: string
  tenantId: string
  environment: string
  scopes: string[]
  origins: string[] | null
  plan: string | null
}

/**
 * The token an API key is exchanged for; it ends with the key at the latest.
 *
 * @throws ProblemError misconfigured when there is no key to sign with
 */
export function signKeyToken(
  ctx: IssuerCore,
  { id, tenantId, environment, scopes, origins, plan }: KeySubject,
  keyEndsAt: Date,
): Promise<string> {
  const endsAt = Math.min(secondsOf(ctx.now()) + TOKEN_LIFETIME, secondsOf(keyEndsAt))
  const optional = { ...(origins && { ori: origins }), ...(plan && { pln: plan }) }
  const claims = { sub: id, org: tenantId, env: environment, scp: scopes.join(' '), ...optional }
  return sign(ctx, claims, endsAt)
}

/** What of an application goes into its token. */
export interface ApplicationSubject {
  clientId: string
  tenantId: string
  /** The client itself, for a service token. */
  subject: string
  /** What a revocation of this token alone would name. */
  sessionId: string
  scopes: readonly string[]
  /** The user's, by which a change of what it grants ends the token; none of a service token. */
  role?: string
  /** When what the token says was read; now, when left out. */
  readAt?: Date
}

/** @throws ProblemError misconfigured when there is no key to sign with */
export function signApplicationToken(
  ctx: IssuerCore,
  { clientId, tenantId, subject, sessionId, scopes, role, readAt = ctx.now() }: ApplicationSubject,
): Promise<string> {
  const iat = readAt.getTime() / 1000
  const granted = { scp: scopes.join(' '), ...(role !== undefined && { role }) }
  const claims = { iat, sub: subject, sid: sessionId, org: tenantId, ...granted }
  const endsAt = secondsOf(readAt) + TOKEN_LIFETIME
  return sign(ctx, { ...claims, client_id: clientId }, endsAt)
}

/**
 * Tells a client who signed in: OpenID Connect Core 1.0, section 2. No use as an access token, for
 * its type and audience are others.
 *
 * @throws ProblemError misconfigured when there is no key to sign with
 */
export function signIdToken(
  ctx: IssuerCore,
  clientId: string,
  claims: JWTPayload,
): Promise<string> {
  const endsAt = secondsOf(ctx.now()) + TOKEN_LIFETIME
  return sign(ctx, claims, endsAt, { typ: 'JWT', audience: clientId })
}

/**
 * The token in a voice key, which the voice feature makes up and reads; we vouch for it.
 *
 * @throws ProblemError misconfigured when there is no key to sign with
 */
export function signVoiceToken(
  ctx: IssuerCore,
  claims: JWTPayload & { jti: string; exp: number },
): Promise<string> {
  return sign(ctx, claims, claims.exp, VOICE)
}

/** A token of one kind is never taken for one of the other. */
const ACCESS = { typ: 'at+jwt', audience: 'va-api' }
const VOICE = { typ: 'va-voice+jwt', audience: 'va-voice' }

async function sign(
  ctx: IssuerCore,
  claims: JWTPayload,
  endsAt: number,
  { typ, audience } = ACCESS,
): Promise<string> {
  const { keyId, key } = await signerOf(ctx)
  return new SignJWT({ jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ, kid: keyId })
    .setIssuer(ctx.env.PUBLIC_URL)
    .setAudience(audience)
    .setIssuedAt(claims.iat ?? secondsOf(ctx.now()))
    .setExpirationTime(endsAt)
    .sign(key)
}

export const secondsOf = (date: Date) => Math.floor(date.getTime() / 1000)
