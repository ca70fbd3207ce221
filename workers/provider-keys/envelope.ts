/**
 * Envelope encryption of tenants' secrets: AES-256-GCM under a data key of the tenant's own (DEK),
 * which is stored wrapped (AES-KW, RFC 3394) under the deployment's key (KEK). Changing the KEK
 * means wrapping one short row per tenant anew; no secret is touched. Knows no storage.
 */

/** Whose secret a ciphertext is. It opens in this place and in no other. */
export interface Place {
  tenantId: string
  provider: string
  field: string
  /** Counts up at every change, so that an old ciphertext is of no use in a newer row. */
  version: number
}

export interface Kek {
  /** Told from the secret, and tells nothing of it. */
  kid: string
  key: CryptoKey
}

export interface Dek {
  id: string
  key: CryptoKey
}

/** Bytes; random ones are good for 2^32 secrets per key (NIST SP 800-38D, section 8.3). */
const IV_BYTES = 12

const GCM = { name: 'AES-GCM', length: 256 } as const

/** The KEK of a deployment's secret PROVIDER_KEK. */
export async function kekOf(secret: string): Promise<Kek> {
  const base = await crypto.subtle.importKey('raw', utf8(secret), 'HKDF', false, [
    'deriveKey',
    'deriveBits',
  ])
  const hkdf = (purpose: string) => {
    return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(purpose) }
  }
  const id = await crypto.subtle.deriveBits(hkdf('voiceassist kek id v1'), base, 32)
  const wrapping = { name: 'AES-KW', length: 256 }
  const key = await crypto.subtle.deriveKey(hkdf('voiceassist kek v1'), base, wrapping, false, [
    'wrapKey',
    'unwrapKey',
  ])
  return { kid: toHex(new Uint8Array(id)), key }
}

/** A new data key, wrapped: 40 bytes in base64url. */
export async function createWrappedDek({ key }: Kek): Promise<string> {
  const random = crypto.getRandomValues(new Uint8Array(GCM.length / 8))
  const dek = await crypto.subtle.importKey('raw', random, GCM, true, ['encrypt', 'decrypt'])
  return encode(new Uint8Array(await crypto.subtle.wrapKey('raw', dek, key, 'AES-KW')))
}

/** The data key, which cannot be exported. @throws when it was wrapped with another KEK, or changed */
export const unwrapDek = ({ key }: Kek, wrapped: string): Promise<CryptoKey> =>
  unwrap(key, wrapped, false)

/** The same data key under another KEK. @throws as `unwrapDek` */
export async function rewrapDek(from: Kek, to: Kek, wrapped: string): Promise<string> {
  const dek = await unwrap(from.key, wrapped, true)
  return encode(new Uint8Array(await crypto.subtle.wrapKey('raw', dek, to.key, 'AES-KW')))
}

const unwrap = (kek: CryptoKey, wrapped: string, extractable: boolean) =>
  crypto.subtle.unwrapKey('raw', decode(wrapped), kek, 'AES-KW', GCM, extractable, [
    'encrypt',
    'decrypt',
  ])

/**
 * @param kid Of the KEK the data key is wrapped with now; for people who look at rows.
 * @returns `v1.kid.dekId.iv.ciphertext`
 */
export async function sealSecret(
  { id, key }: Dek,
  kid: string,
  place: Place,
  secret: string,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const sealed = await crypto.subtle.encrypt(algorithmOf(iv, place), key, utf8(secret))
  return ['v1', kid, id, encode(iv), encode(new Uint8Array(sealed))].join('.')
}

/** Which data key opens `sealed`. @throws Error when it is sealed in a way we do not know */
export function dekIdOf(sealed: string): string {
  const [version, , dekId] = sealed.split('.')
  if (version !== 'v1' || !dekId) throw new Error('A secret is sealed in a way we do not know.')
  return dekId
}

/** @throws when the key, the place or the text is not the one it was sealed with */
export async function openSecret(key: CryptoKey, place: Place, sealed: string): Promise<string> {
  const [, , , iv = '', data = ''] = sealed.split('.')
  const algorithm = algorithmOf(decode(iv), place)
  const bytes = await crypto.subtle.decrypt(algorithm, key, decode(data))
  return new TextDecoder().decode(bytes)
}

/** Encoded part by part, so that no two places give one text. */
function algorithmOf(iv: Uint8Array<ArrayBuffer>, place: Place) {
  const { tenantId, provider, field, version } = place
  const parts = [tenantId, provider, field, String(version)].map(encodeURIComponent)
  return { name: 'AES-GCM', iv, additionalData: utf8(parts.join('|')) }
}

const utf8 = (text: string) => new TextEncoder().encode(text)

const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const encode = (bytes: Uint8Array) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const decode = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
