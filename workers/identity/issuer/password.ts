/**
 * Password hashing: scrypt over a peppered password. The parameters are those OWASP ASVS 5.0,
 * appendix C approves (N=2^15, r=8, p=3: 32 MiB, some 250 ms of CPU). PBKDF2 is no substitute:
 * Workers cap its iterations at 100,000 in production, a sixth of what is approved.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { formatHash, type Parameters, parseHash } from './phc.ts'

const COST = { ln: 15, r: 8, p: 3 }

/** Bytes. Node refuses more than maxmem, whose default is just below what we need. */
const SIZES = { salt: 16, hash: 32, maxmem: 64 * 1024 * 1024 }

/** @returns a PHC string with a salt of its own. */
export async function hashPassword(pepper: string, password: string): Promise<string> {
  const salt = randomBytes(SIZES.salt)
  const parameters = { ...COST, keyid: keyIdOf(pepper) }
  const hash = await derive(pepper, password, salt, parameters)
  return formatHash({ ...parameters, salt, hash })
}

/**
 * Whether `password` is the one behind `text`; false when that was made with none of these peppers.
 *
 * @param peppers The one in use and, while it is being rotated, those before it.
 */
export async function verifyPassword(
  peppers: readonly string[],
  password: string,
  text: string,
): Promise<boolean> {
  const stored = parseHash(text)
  const pepper = peppers.find((candidate) => keyIdOf(candidate) === stored?.keyid)
  if (!stored || pepper === undefined || stored.hash.length !== SIZES.hash) return false
  const hash = await derive(pepper, password, stored.salt, stored)
  return timingSafeEqual(hash, stored.hash)
}

/** Whether `text` was made with other parameters than a hash would be now. */
export function isOutdated(pepper: string, text: string): boolean {
  const stored = parseHash(text)
  if (!stored) return true
  const { ln, r, p, keyid } = stored
  return ln !== COST.ln || r !== COST.r || p !== COST.p || keyid !== keyIdOf(pepper)
}

/**
 * scrypt over the HMAC in hexadecimal, so whatever people type becomes 64 ASCII characters, and a
 * copy of the table alone cannot be searched. NFKC: one password from every keyboard.
 */
function derive(pepper: string, password: string, salt: Uint8Array, { ln, r, p }: Parameters) {
  const input = hmac(pepper, password.normalize('NFKC')).toString('hex')
  const options = { N: 2 ** ln, r, p, maxmem: SIZES.maxmem }
  return new Promise<Uint8Array>((resolve, reject) => {
    scrypt(input, salt, SIZES.hash, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

const keyIdOf = (pepper: string) =>
  hmac(pepper, 'voiceassist pepper id').toString('hex').slice(0, 8)

const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest()
