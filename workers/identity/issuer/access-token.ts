/** Access tokens (RFC 9068): who, in which tenant, in which role, for five minutes. */
import { SignJWT } from 'jose'
import type { IssuerContext } from './context.ts'
import { signerOf } from './signing-keys.ts'

/** Seconds; also the longest a revoked session's last token lives on. */
const TOKEN_LIFETIME = 300

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
}

export interface AccessToken {
  accessToken: string
  expiresAt: Date
}

/** @throws ProblemError misconfigured when there is no key to sign with */
export async function signAccessToken(
  ctx: IssuerContext,
  { userId, sessionId, tenantId, ...rights }: TokenSubject,
): Promise<AccessToken> {
  const { keyId, key } = await signerOf(ctx)
  const issuedAt = Math.floor(ctx.now().getTime() / 1000)
  const accessToken = await new SignJWT({ sid: sessionId, org: tenantId, ...rights })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: keyId })
    .setIssuer(ctx.env.PUBLIC_URL)
    .setAudience('va-api')
    .setSubject(userId)
    .setJti(crypto.randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME)
    .sign(key)
  return { accessToken, expiresAt: new Date((issuedAt + TOKEN_LIFETIME) * 1000) }
}
