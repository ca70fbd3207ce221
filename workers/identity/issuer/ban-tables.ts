/** Accounts that are suspended by those who run the platform; platform-accounts.ts. */
import { text, timestamp } from 'drizzle-orm/pg-core'
import { auth, users } from './tables.ts'

const time = () => timestamp({ withTimezone: true })

/** One per account. While it is in force a trigger lets no session of the account begin. */
export const bans = auth.table('bans', {
  userId: text()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** For those who run the platform; shown to nobody else but in the account's own export. */
  reason: text().notNull(),
  /** User id; not a reference, for the ban outlives the account of who spoke it. */
  bannedBy: text().notNull(),
  bannedAt: time().notNull(),
  /** Null for good. */
  expiresAt: time(),
})
