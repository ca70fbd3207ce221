/**
 * Which new passwords are refused: those on every attacker's list, those made of what is known of
 * their owner, and, where a range endpoint is set, those that leaked. Length is schemas.ts.
 */
import { createHash } from 'node:crypto'
import { ProblemError } from '../../../shared/errors.ts'
import { tracedFetch } from '../../../shared/traced-fetch.ts'
import { COMMON_PASSWORDS } from './common-passwords.ts'
import type { IssuerContext } from './context.ts'

/** Milliseconds the range endpoint may take. */
const TIMEOUT_MS = 1500

/** Guessed first by whoever knows the product; docs/features/identity.md lists them. */
export const WORDS = ['voiceassist']

let common: ReadonlySet<string> | undefined

/** What may not be the password, or the whole of it but a few digits. */
export interface Owner {
  email: string
  name?: string
}

/**
 * @param pointer RFC 6901: the field the password came in
 * @throws ProblemError invalid_fields, saying why it is too easy to guess
 */
export async function checkNewPassword(
  ctx: Pick<IssuerContext, 'env' | 'log'>,
  password: string,
  owner: Owner,
  pointer: string,
): Promise<void> {
  const detail = reasonAgainst(password, owner) ?? (await reasonOfLeak(ctx, password))
  if (!detail) return
  const errors = [{ in: 'json', pointer, detail }]
  throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

/** Why nobody should use it, whatever the network says; undefined when they may. */
export function reasonAgainst(password: string, { email, name = '' }: Owner): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase()
  common ??= new Set(COMMON_PASSWORDS.split(' '))
  if (common.has(plain)) return 'is among the most used passwords; choose another'
  if (new Set(plain).size < 4) return 'repeats a few characters; choose another'
  const known = [email, email.split('@')[0] ?? '', email.split('@')[1] ?? '', name, ...WORDS]
  const rest = plain.replaceAll(/[\d\W_]+/g, '')
  const isKnown = known
    .map((text) => text.toLowerCase().replaceAll(/[\d\W_]+/g, ''))
    .some((text) => text.length > 2 && text === rest)
  return isKnown ? 'is your own name or address; choose another' : undefined
}

/**
 * Asks a range endpoint (k-anonymity: it learns five of the forty digits of the SHA-1, which says
 * nothing). When it does not answer, nobody is kept from choosing a password.
 */
async function reasonOfLeak(
  { env, log }: Pick<IssuerContext, 'env' | 'log'>,
  password: string,
): Promise<string | undefined> {
  if (!env.BREACHED_PASSWORDS_URL) return undefined
  const hash = createHash('sha1').update(password.normalize('NFKC')).digest('hex').toUpperCase()
  try {
    const response = await tracedFetch(`${env.BREACHED_PASSWORDS_URL}/${hash.slice(0, 5)}`, {
      // Answers of one size, so that who listens cannot tell the range from it.
      headers: { 'add-padding': 'true' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const isLeaked = (await response.text())
      .split('\n')
      .map((line) => line.trim().split(':'))
      // Padding counts zero.
      .some(([suffix, count]) => suffix === hash.slice(5) && count !== '0')
    return isLeaked ? 'has leaked and is known to attackers; choose another' : undefined
  } catch (error) {
    log.warn('leaked passwords could not be looked up', { error })
    return undefined
  }
}
