/** Keys: those that sign, and those of a tenant's programs. */
import { index, jsonb, text, timestamp } from 'drizzle-orm/pg-core'
import { DEFAULT_ENVIRONMENT } from '../../../shared/environment.ts'
import type { KeyKind } from '../api-key.ts'
import type { PublicKey } from '../schemas.ts'
import { auth, organizations } from './tables.ts'

const time = () => timestamp({ withTimezone: true })

/** Keys that sign access tokens and voice keys. */
export const signingKeys = auth.table('signing_keys', {
  id: text().primaryKey(),
  publicKey: jsonb().$type<PublicKey>().notNull(),
  /** Encrypted under AUTH_SECRET; key-vault.ts. */
  privateKey: text().notNull(),
  createdAt: time().notNull(),
  /** Published from the start, signs from here on. */
  activeFrom: time().notNull(),
  /** Neither signs nor is published from here on; null while that is not decided. */
  expiresAt: time(),
  /** The key it takes over from. Unique: whoever rotates at the same time makes one successor. */
  replaces: text().unique(),
})

/**
 * Keys that sign checkpoints of audit logs and nothing else. The newest that is active signs; none is
 * ever deleted, for old checkpoints are checked with old keys.
 */
export const auditKeys = auth.table('audit_keys', {
  id: text().primaryKey(),
  publicKey: jsonb().$type<PublicKey>().notNull(),
  /** Encrypted under AUTH_SECRET; key-vault.ts. */
  privateKey: text().notNull(),
  createdAt: time().notNull(),
  /** Published from the start, signs from here on; null means from the start. */
  activeFrom: time(),
  /** Signs no more from here on; null while that is not decided. */
  retiredAt: time(),
  /** The key it takes over from, or '' of the first. Unique: of two made at once one stays. */
  replaces: text().unique(),
})

/** API keys of a tenant's programs. They are the tenant's: whoever made one may leave. */
export const apiKeys = auth.table(
  'api_keys',
  {
    /** The id inside the key's text. */
    id: text().primaryKey(),
    tenantId: text()
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    kind: text().$type<KeyKind>().notNull(),
    name: text().notNull(),
    /** Whose flags the key reads. */
    environment: text().notNull().default(DEFAULT_ENVIRONMENT),
    /** Permissions. */
    scopes: text().array().notNull(),
    /** Pages that may use a client key; null means all. */
    origins: text().array(),
    /** SHA-256, in base64url. */
    secretHash: text().notNull(),
    /** The secret before the last rotation, and when it ends. */
    previousHash: text(),
    previousExpiresAt: time(),
    /** User id; not a reference, for the key outlives the account. */
    createdBy: text().notNull(),
    createdAt: time().notNull(),
    rotatedAt: time(),
    expiresAt: time().notNull(),
    /** At most one minute behind. */
    lastUsedAt: time(),
    revokedAt: time(),
  },
  (table) => [index().on(table.tenantId, table.createdAt)],
)
