/**
 * Tickets to a stream of announcements: the browser's EventSource sends no headers, so the address
 * carries one. A ticket opens the stream of one tenant's environment, which says that flags changed
 * and not how; it ends by itself.
 */
import { base64url } from 'jose'
import { ProblemError } from '../../shared/errors.ts'
import { secret, type SecretBinding, valuesOf } from '../../shared/secret.ts'
import type { Place } from './hub-client.ts'

export interface TicketEnv {
  readonly PROVIDER_KEK: SecretBinding
}

/** Milliseconds. An epoch's tickets all end with the next one, so each lives for at least one epoch. */
const EPOCH_MS = 12 * 60 * 60 * 1000

const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 256 } as const

export const epochOf = (now: Date): number => Math.floor(now.getTime() / EPOCH_MS)

/** The same all through an epoch. */
export async function signTicket(env: TicketEnv, place: Place, now: Date): Promise<string> {
  const { tenantId, environment } = place
  const claims = JSON.stringify([tenantId, environment, epochOf(now)])
  const body = base64url.encode(claims)
  const key = await keyOf((await secret(env, 'PROVIDER_KEK', now)).current)
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(body)))
  return `${body}.${base64url.encode(mac)}`
}

/** @throws ProblemError unauthenticated for a ticket that is forged, of another form, or has ended */
export async function readTicket(env: TicketEnv, ticket: string, now: Date): Promise<Place> {
  const [body = '', mac = ''] = ticket.split('.')
  const claims = (await isSigned(env, body, mac, now)) ? parse(body) : undefined
  if (claims && epochOf(now) - claims.epoch <= 1) return claims.place
  const detail = 'The ticket is not valid any more; POST /ofrep/v1/evaluate/flags gives another.'
  throw new ProblemError('unauthenticated', detail)
}

async function isSigned(env: TicketEnv, body: string, mac: string, now: Date): Promise<boolean> {
  const bytes = decode(mac)
  if (!bytes) return false
  for (const value of valuesOf(await secret(env, 'PROVIDER_KEK', now))) {
    if (await crypto.subtle.verify('HMAC', await keyOf(value), bytes, utf8(body))) return true
  }
  return false
}

/** Of a signed ticket, so of our own making. */
function parse(body: string): { place: Place; epoch: number } | undefined {
  const bytes = decode(body)
  if (!bytes) return undefined
  const [tenantId, environment, epoch]: [string, string, number] = JSON.parse(
    new TextDecoder().decode(bytes),
  )
  return { place: { tenantId, environment }, epoch }
}

/** One per value of the secret: there are as many as rotations while an isolate lives. */
const keys = new Map<string, Promise<CryptoKey>>()

function keyOf(value: string): Promise<CryptoKey> {
  const key = keys.get(value) ?? deriveKey(value)
  keys.set(value, key)
  return key
}

async function deriveKey(value: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', utf8(value), 'HKDF', false, ['deriveKey'])
  const info = utf8('voiceassist flag ticket v1')
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(hkdf, base, HMAC, false, ['sign', 'verify'])
}

const utf8 = (text: string) => new TextEncoder().encode(text)

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(base64url.decode(text))
  } catch {
    return undefined
  }
}
