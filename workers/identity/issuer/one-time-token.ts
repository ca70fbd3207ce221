/**
 * Secrets that are good for one thing, once, for a while: links in mails, the first half of a
 * sign-in, challenges of passkeys. The database knows their hash only; using one is deleting its row.
 */
import { createHash, randomBytes } from 'node:crypto'
import { and, eq, gt } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { verifications } from './tables.ts'

/** What each is for, and how many minutes it is good. */
const LIFETIMES = {
  'sign-up': 24 * 60,
  'verify-email': 24 * 60,
  'change-email': 60,
  'reset-password': 60,
  'second-factor': 10,
  federation: 10,
  'passkey-add': 5,
  'passkey-sign-in': 5,
} as const

export type Purpose = keyof typeof LIFETIMES

export interface OneTimeToken {
  /** The hash, which names the row. */
  id: string
  purpose: Purpose
  /** User id, or what else is known of whom it is for; empty where it is anybody’s. */
  subject: string
  /** What it was made for, as its maker wrote it. */
  value: string
}

/** A new token and the row that knows it; the caller inserts the row. */
export function createToken(
  { now }: Pick<IssuerContext, 'now'>,
  purpose: Purpose,
  subject: string,
  value = '',
) {
  const token = randomBytes(32).toString('base64url')
  const [createdAt, updatedAt] = [now(), now()]
  const expiresAt = new Date(createdAt.getTime() + LIFETIMES[purpose] * 60_000)
  const identifier = `${purpose}:${subject}`
  return { token, row: { id: hashOf(token), identifier, value, expiresAt, createdAt, updatedAt } }
}

/** The token's row when it is known, for this purpose, and not over. It is not used up yet. */
export async function findToken(
  { env, now }: Pick<IssuerContext, 'env' | 'now'>,
  token: string,
  ...purposes: Purpose[]
): Promise<OneTimeToken | undefined> {
  const isLive = and(eq(verifications.id, hashOf(token)), gt(verifications.expiresAt, now()))
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({ identifier: verifications.identifier, value: verifications.value })
      .from(verifications)
      .where(isLive),
  )
  const purpose = purposes.find((one) => row?.identifier.startsWith(`${one}:`))
  if (!row || !purpose) return undefined
  const subject = row.identifier.slice(purpose.length + 1)
  return { id: hashOf(token), purpose, subject, value: row.value }
}

/**
 * Uses a token up, whatever comes of it; of several at once one gets its value.
 *
 * @returns undefined when it is not known, for somebody else, or over
 */
export async function takeToken(
  { env, now }: Pick<IssuerContext, 'env' | 'now'>,
  token: string,
  purpose: Purpose,
  subject: string,
): Promise<string | undefined> {
  const isIt = and(
    eq(verifications.id, hashOf(token)),
    eq(verifications.identifier, `${purpose}:${subject}`),
    gt(verifications.expiresAt, now()),
  )
  const [row] = await reaching(
    authDatabaseOf(env).delete(verifications).where(isIt).returning({ value: verifications.value }),
  )
  return row?.value
}

/** Whether a token for this was made in the last minute: mails are not for filling a mailbox. */
export async function isTooSoon(
  { env, now }: Pick<IssuerContext, 'env' | 'now'>,
  purpose: Purpose,
  subject: string,
): Promise<boolean> {
  const since = new Date(now().getTime() - 60_000)
  const isRecent = and(
    eq(verifications.identifier, `${purpose}:${subject}`),
    gt(verifications.createdAt, since),
  )
  const rows = await reaching(
    authDatabaseOf(env)
      .select({ id: verifications.id })
      .from(verifications)
      .where(isRecent)
      .limit(1),
  )
  return rows.length > 0
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')
