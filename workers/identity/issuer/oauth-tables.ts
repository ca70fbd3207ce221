/**
 * Applications of others, and what people let them do (oauth.ts). Part of the schema `auth`; every
 * row names its tenant, and goes with it.
 */
import { index, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import type { ClientType, GrantType } from '../oauth.ts'
import { auth, organizations, users } from './tables.ts'

const time = () => timestamp({ withTimezone: true })
const tenantId = () =>
  text()
    .notNull()
    .references(() => organizations.id, { onDelete: 'cascade' })
const clientId = () =>
  text()
    .notNull()
    .references(() => oauthClients.id, { onDelete: 'cascade' })
const userId = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

/** Registered applications. They are the tenant's: whoever registered one may leave. */
export const oauthClients = auth.table(
  'oauth_clients',
  {
    id: text().primaryKey(),
    tenantId: tenantId(),
    name: text().notNull(),
    type: text().$type<ClientType>().notNull(),
    grantTypes: text().array().$type<GrantType[]>().notNull(),
    /** Compared character by character. */
    redirectUris: text().array().notNull(),
    /** Permissions it may ask for. */
    scopes: text().array().notNull(),
    /** SHA-256, in base64url; null for a public client. */
    secretHash: text(),
    /** The secret before the last rotation, and when it ends. */
    previousHash: text(),
    previousExpiresAt: time(),
    /** User id; not a reference, for the client outlives the account. */
    createdBy: text().notNull(),
    createdAt: time().notNull(),
    rotatedAt: time(),
    revokedAt: time(),
  },
  (table) => [index().on(table.tenantId, table.createdAt)],
)

/** What a user has let a client do; asked for again only when it wants more. */
export const oauthConsents = auth.table(
  'oauth_consents',
  {
    tenantId: tenantId(),
    clientId: clientId(),
    userId: userId(),
    scopes: text().array().notNull(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.clientId, table.userId] }),
    index().on(table.userId),
  ],
)

/** One authorization: its code, and the family of refresh tokens that came of it. */
export const oauthGrants = auth.table(
  'oauth_grants',
  {
    /** `sid` of its access tokens. */
    id: text().primaryKey(),
    tenantId: tenantId(),
    clientId: clientId(),
    userId: userId(),
    scopes: text().array().notNull(),
    redirectUri: text().notNull(),
    /** SHA-256, in base64url. */
    codeHash: text().notNull().unique('oauth_grants_code_hash_unique'),
    /** RFC 7636, by S256. */
    codeChallenge: text().notNull(),
    codeExpiresAt: time().notNull(),
    codeUsedAt: time(),
    nonce: text(),
    /** How and when the user was recognised, as in their session. */
    amr: text().notNull(),
    authTime: time().notNull(),
    createdAt: time().notNull(),
    /** Nothing of it is good from here on. */
    expiresAt: time().notNull(),
    revokedAt: time(),
  },
  (table) => [
    index().on(table.tenantId),
    index().on(table.clientId, table.userId),
    index().on(table.userId),
    index().on(table.expiresAt),
  ],
)

/** Used ones stay until they expire: one that comes back has been stolen, or its successor was. */
export const oauthRefreshTokens = auth.table(
  'oauth_refresh_tokens',
  {
    /** SHA-256, in base64url. */
    hash: text().primaryKey(),
    tenantId: tenantId(),
    grantId: text()
      .notNull()
      .references(() => oauthGrants.id, { onDelete: 'cascade' }),
    createdAt: time().notNull(),
    expiresAt: time().notNull(),
    usedAt: time(),
  },
  (table) => [index().on(table.tenantId), index().on(table.grantId), index().on(table.expiresAt)],
)
