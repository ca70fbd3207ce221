/**
 * The session cookie while AUTH_SECRET is rotated: better-auth signs and checks it with the current
 * secret alone, so a cookie signed with an earlier one is signed anew before better-auth sees it.
 * The browser gets the new one when the session is next written, five minutes later at most.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../../../shared/secret.ts'

/**
 * `headers` with the cookie `name` as the current secret signs it. Unchanged when it is signed with
 * that one already, with none of the earlier ones, or when nothing is being rotated.
 */
export function withCurrentSignature(
  headers: Headers,
  name: string,
  { current, previous }: Secret,
): Headers {
  const cookie = headers.get('cookie')
  if (previous.length === 0 || !cookie) return headers
  const parts = cookie.split(';').map((part) => {
    const [given = '', ...rest] = part.trim().split('=')
    if (given !== name) return part.trim()
    return `${name}=${resign(rest.join('='), current, previous)}`
  })
  const changed = new Headers(headers)
  changed.set('cookie', parts.join('; '))
  return changed
}

/** The cookie's value as it was sent; empty when there is none. */
export function cookieNamed(headers: Headers, name: string): string {
  const parts = headers.get('cookie')?.split(';') ?? []
  const found = parts.map((part) => part.trim()).find((part) => part.startsWith(`${name}=`))
  return found?.slice(name.length + 1) ?? ''
}

/** A value is `token.signature`, the signature HMAC-SHA-256 in base64, the whole percent-encoded. */
function resign(encoded: string, current: string, previous: readonly string[]): string {
  const value = decoded(encoded)
  const dot = value.lastIndexOf('.')
  const token = value.slice(0, dot)
  const isOurs = previous.some((secret) => isEqual(sign(secret, token), value.slice(dot + 1)))
  return dot > 0 && isOurs ? encodeURIComponent(`${token}.${sign(current, token)}`) : encoded
}

const sign = (secret: string, token: string) =>
  createHmac('sha256', secret).update(token).digest('base64')

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
