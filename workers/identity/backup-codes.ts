/**
 * Backup codes as people write them down: 24 characters in six groups, without those that look
 * alike. 120 bits, so that a plain hash of one is safe at rest (OWASP ASVS 5.0, 6.5.2). Pure.
 */

/** Crockford's: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export const BACKUP_CODE_BYTES = 24

/** @param random 24 bytes */
export function toBackupCode(random: Uint8Array): string {
  const text = Array.from(random, (byte) => ALPHABET.charAt(byte & 31)).join('')
  return text.replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** A code as typed, in the one form that is hashed; undefined when it cannot be one. */
export function readBackupCode(typed: string): string | undefined {
  const text = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{24}$/.test(text) ? text : undefined
}
