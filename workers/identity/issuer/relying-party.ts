/**
 * This site as passkeys know it (WebAuthn, section 5.4.2), and the check of what a browser answers,
 * by @simplewebauthn/server. The library is loaded at the first use: most requests need none of it.
 */
import type { IssuerContext } from './context.ts'

/** Milliseconds a browser waits for its user; the challenge itself lives as long. */
export const CEREMONY_MS = 5 * 60_000

/** COSE algorithms, the preferred one first: EdDSA, ES256, RS256 (RFC 9053; RFC 8812). */
export const ALGORITHMS = [-8, -7, -257]

export function relyingPartyOf({ env }: Pick<IssuerContext, 'env'>) {
  const { hostname, origin } = new URL(env.PUBLIC_URL)
  return { id: hostname, name: 'VoiceAssist', origin }
}

/** What every check expects, beside the challenge. */
export const expectationsOf = (ctx: Pick<IssuerContext, 'env'>) => {
  const { id, origin } = relyingPartyOf(ctx)
  return { expectedRPID: id, expectedOrigin: origin, requireUserVerification: true }
}

export const loadVerifier = () => import('@simplewebauthn/server')

/** The challenge a browser says it answered; whether we know it is for the database to say. */
export function challengeIn(clientDataJSON: string): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    const known = typeof data === 'object' && data !== null && 'challenge' in data
    return known && typeof data.challenge === 'string' ? data.challenge : ''
  } catch {
    return ''
  }
}
