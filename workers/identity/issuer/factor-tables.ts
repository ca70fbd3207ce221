/** Second factors of accounts: authenticator apps and backup codes. */
import { bigint, integer, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { auth, users } from './tables.ts'

const time = () => timestamp({ withTimezone: true })
const userId = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

/** Authenticator apps (TOTP); totp.ts. In force once confirmed. */
export const twoFactors = auth.table('two_factors', {
  userId: userId().primaryKey(),
  /** Encrypted under AUTH_SECRET; key-vault.ts. */
  secret: text().notNull(),
  createdAt: time().notNull(),
  confirmedAt: time(),
  /** The time step of the last code that was taken; none before it is taken again. */
  lastStep: bigint({ mode: 'number' }).notNull().default(0),
  /** Wrong codes in a row. */
  failures: integer().notNull().default(0),
  lockedUntil: time(),
})

/** Codes for the day the authenticator is lost; used by deleting them. */
export const backupCodes = auth.table(
  'backup_codes',
  { userId: userId(), hash: text().notNull() },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
)
