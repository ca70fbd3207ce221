/**
 * Where a request carries its access token, and whether the token can be one at all. Nothing here
 * says that a token is genuine: that is service.ts.
 */

/** Browsers cannot set headers on a WebSocket; OpenAI's clients put the credential here. */
const SUBPROTOCOL = 'openai-insecure-api-key.'

/** Our tokens have some 600 characters. More is not worth a signature check. */
const MAX_LENGTH = 4096

/**
 * The token of `Authorization: Bearer …` (RFC 6750, section 2.1), or, where the request opens a
 * WebSocket, the one among its subprotocols.
 */
export function tokenOf(headers: Headers): string | undefined {
  const bearer = headers.get('authorization')?.match(/^Bearer +(\S+)$/i)?.[1]
  if (bearer || headers.get('upgrade')?.toLowerCase() !== 'websocket') return bearer
  const offered = headers.get('sec-websocket-protocol')?.split(',') ?? []
  const protocol = offered.map((name) => name.trim()).find((name) => name.startsWith(SUBPROTOCOL))
  return protocol?.slice(SUBPROTOCOL.length)
}

/**
 * One part in base64url without padding, in the only spelling its bytes have: the bits the last
 * character does not need are zero (RFC 4648, section 3.5). Lenient decoders take several texts
 * for one token, which would defeat anything that compares tokens as text.
 */
const PART = /^(?:[\w-]{4})*(?:[\w-]{4}|[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])$/

/** Whether `token` is three canonical parts of a sensible length. */
export function isWellFormed(token: string): boolean {
  if (token.length > MAX_LENGTH) return false
  const parts = token.split('.')
  return parts.length === 3 && parts.every((part) => PART.test(part))
}
