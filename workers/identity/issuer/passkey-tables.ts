/** Passkeys (WebAuthn credentials) of accounts; like the rest of the schema, for auth_user alone. */
import { bigint, boolean, index, text, timestamp } from 'drizzle-orm/pg-core'
import { auth, users } from './tables.ts'

const time = () => timestamp({ withTimezone: true })

export const passkeys = auth.table(
  'passkeys',
  {
    id: text().primaryKey(),
    userId: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The authenticator's name for it, in base64url. */
    credentialId: text().notNull().unique(),
    /** COSE_Key (RFC 9052, section 7), in base64url. */
    publicKey: text().notNull(),
    /** How often the authenticator says it signed; 0 for ever where it does not count. */
    counter: bigint({ mode: 'number' }).notNull(),
    /** How browsers reach the authenticator, such as `internal` or `usb`. */
    transports: text().array().notNull(),
    name: text().notNull(),
    /** Whether it may be copied to other devices of its owner. */
    isSynced: boolean().notNull(),
    createdAt: time().notNull(),
    lastUsedAt: time(),
  },
  (table) => [index().on(table.userId)],
)
