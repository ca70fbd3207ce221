/**
 * Time-based one-time passwords: RFC 6238 over HOTP (RFC 4226) with SHA-1, six digits and thirty
 * seconds, which is what every authenticator app understands. Pure: who may use a code, and that it
 * is used once, is issuer/two-factor.ts.
 */

const DIGITS = 6
const STEP_SECONDS = 30

/** Steps a clock may be off by, either way (RFC 6238, section 5.2). */
const DRIFT = 1

/** RFC 4648, section 6. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export const stepAt = (now: Date): number => Math.floor(now.getTime() / 1000 / STEP_SECONDS)

/** The code of a time step. @param secret raw bytes; 20 of them are customary */
export async function codeAt(secret: Uint8Array, step: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(step))
  const bytes = Uint8Array.from(secret)
  const algorithm = { name: 'HMAC', hash: 'SHA-1' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer))
  const number = mac.getUint32(mac.getUint8(19) & 0x0f) & 0x7f_ff_ff_ff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step `code` belongs to, among those that may be meant now; undefined when it is wrong. */
export async function stepOf(
  secret: Uint8Array,
  code: string,
  now: Date,
): Promise<number | undefined> {
  const steps = Array.from({ length: 2 * DRIFT + 1 }, (_, n) => stepAt(now) - DRIFT + n)
  const codes = await Promise.all(steps.map((step) => codeAt(secret, step)))
  return steps.find((_, index) => codes[index] === code)
}

export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((value >>> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text
}

/** The address authenticator apps read from a QR code (Google Authenticator's Key Uri Format). */
export function totpUri(secret: Uint8Array, account: string): string {
  const issuer = 'VoiceAssist'
  const label = `${issuer}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${issuer}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`
}
