/**
 * Where a request carries its access token, and whether the token can be one at all. Nothing here
 * says that a token is genuine: that is service.ts.
 */
import { isApiKey } from './api-key.ts'

/** Browsers cannot set headers on a WebSocket; OpenAI's clients put the credential here. */
const SUBPROTOCOL = 'openai-insecure-api-key.'

/** Our tokens have some 600 characters. More is not worth a signature check. */
const MAX_LENGTH = 4096

/**
 * The token of `Authorization: Bearer …` (RFC 6750, section 2.1), or else an API key of `X-API-Key`;
 * where the request opens a WebSocket, the one among its subprotocols.
 */
export function tokenOf(headers: Headers): string | undefined {
  const bearer = headers.get('authorization')?.match(/^Bearer +(\S+)$/i)?.[1] ?? apiKeyOf(headers)
  if (bearer || headers.get('upgrade')?.toLowerCase() !== 'websocket') return bearer
  const offered = headers.get('sec-websocket-protocol')?.split(',') ?? []
  const protocol = offered.map((name) => name.trim()).find((name) => name.startsWith(SUBPROTOCOL))
  return protocol?.slice(SUBPROTOCOL.length)
}

/** OFREP's other way to bring a key. A token has no place there. */
function apiKeyOf(headers: Headers): string | undefined {
  const key = headers.get('x-api-key')
  return key && isApiKey(key) ? key : undefined
}

/** Where GrowthBook's SDKs put their client key, which is no secret; no other key may stand there. */
const KEY_IN_PATH = /^\/(?:api\/features|sub)\/(va_client_[0-9A-Za-z_]+)$/

/** The request's headers, with the client key of its path as its credential if it has one there. */
export function credentialHeaders({ path, raw }: { path: string; raw: Request }): Headers {
  const key = KEY_IN_PATH.exec(path)?.[1]
  if (key === undefined) return raw.headers
  const headers = new Headers(raw.headers)
  headers.set('authorization', `Bearer ${key}`)
  return headers
}

/** Whether the credential is a key that is in a page or an app, so that anybody may have it. */
export const isClientKey = (headers: Headers): boolean =>
  tokenOf(headers)?.startsWith('va_client_') === true

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
