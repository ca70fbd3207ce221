/**
 * API keys as text: `va_<kind>_<id>_<secret>_<checksum>`. Whether a key is somebody's is not known
 * here; that a text cannot be one is, by its shape and checksum, before anybody looks it up.
 */

/** `live` is a server's secret; `client` may be in a web page and evaluates flags, nothing else. */
export const KEY_KINDS = ['live', 'client'] as const
export type KeyKind = (typeof KEY_KINDS)[number]

export interface KeyParts {
  kind: KeyKind
  keyId: string
  secret: string
}

/** Random bytes a key needs: an id that never collides, a secret nobody can guess. */
export const KEY_BYTES = { id: 12, secret: 32 }

/** In the order of their character codes, so that ids compare as their numbers do. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 12 and 32 bytes have at most 17 and 43 digits in base 62, and 32 bits have 6. */
const DIGITS = { id: 17, secret: 43, checksum: 6 }

const SHAPE = /^va_(live|client)_([0-9A-Za-z]{17})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/

/** Whether `text` means to be an API key; it may still be a broken one. */
export const isApiKey = (text: string): boolean => /^va_(live|client)_/.test(text)

export const makeKeyId = (bytes: Uint8Array): string => base62(numberOf(bytes), DIGITS.id)

export const makeSecret = (bytes: Uint8Array): string => base62(numberOf(bytes), DIGITS.secret)

export function formatKey({ kind, keyId, secret }: KeyParts): string {
  const body = `va_${kind}_${keyId}_${secret}`
  return `${body}_${checksumOf(body)}`
}

/** The key's parts; undefined when its shape or its checksum is wrong. */
export function parseKey(text: string): KeyParts | undefined {
  const [, kind, keyId, secret, checksum] = SHAPE.exec(text) ?? []
  if (!keyId || !secret || checksum !== checksumOf(text.slice(0, -(DIGITS.checksum + 1)))) {
    return undefined
  }
  return { kind: kind === 'client' ? 'client' : 'live', keyId, secret }
}

/**
 * CRC-32 (ISO-HDLC, as in zip) of ASCII text, in base 62. It finds every error within 32 bits, so
 * any one wrong character, which a typing slip or a cut is; it is no protection against people.
 */
const checksumOf = (text: string): string => base62(BigInt(crc32(text)), DIGITS.checksum)

function crc32(text: string): number {
  let crc = -1
  for (let at = 0; at < text.length; at++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0)
  }
  return (crc ^ -1) >>> 0
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)

function base62(number: bigint, digits: number): string {
  let text = ''
  for (let rest = number; text.length < digits; rest /= 62n) {
    text = `${ALPHABET[Number(rest % 62n)]}${text}`
  }
  return text
}
