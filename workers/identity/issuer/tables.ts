/**
 * The schema `auth`: accounts, sessions and organizations. Names and columns of most of it are
 * better-auth's; only the role auth_user may see any of it.
 */
import { relations, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  integer,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { Locale } from '../../workspace/schemas.ts'

export const auth = pgSchema('auth')

const time = () => timestamp({ withTimezone: true })
const userId = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })
const organizationId = () =>
  text()
    .notNull()
    .references(() => organizations.id, { onDelete: 'cascade' })

export const users = auth.table('users', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** In lower case. */
  email: text().notNull().unique(),
  emailVerified: boolean().notNull().default(false),
  image: text(),
  /** Of mails to them, as their browser asked for it last; null before that. */
  locale: text().$type<Locale>(),
  /** Runs the platform, whatever their role in a tenant; set by operations/platform.ts alone. */
  isPlatform: boolean().notNull().default(false),
  createdAt: time().notNull(),
  updatedAt: time().notNull(),
})

export const sessions = auth.table(
  'sessions',
  {
    id: text().primaryKey(),
    expiresAt: time().notNull(),
    /** Worth nothing alone: the cookie carries it with a signature. */
    token: text().notNull().unique(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
    ipAddress: text(),
    userAgent: text(),
    userId: userId(),
    /** The tenant the user works in; null means the one joined first. */
    activeOrganizationId: text(),
    /** How its user was recognised: names of RFC 8176, section 2, with a space between them. */
    amr: text().notNull().default('pwd'),
    /** Who acts as the user in it, and from which session of their own; with that, this one ends. */
    impersonatedBy: text().references(() => users.id, { onDelete: 'cascade' }),
    impersonatorSession: text().references((): AnyPgColumn => sessions.id, { onDelete: 'cascade' }),
  },
  (table) => [index().on(table.userId), index().on(table.impersonatorSession)],
)

/**
 * Ways to sign in: a password (`providerId` credential) or an account elsewhere, whose `accountId` is
 * issuer and subject with a space between them. Passkeys are in passkey-tables.ts.
 */
export const accounts = auth.table(
  'accounts',
  {
    id: text().primaryKey(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: userId(),
    /** How the account elsewhere is called there, for its owner to tell it by. */
    label: text(),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: time(),
    refreshTokenExpiresAt: time(),
    scope: text(),
    /** PHC string; phc.ts. */
    password: text(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [index().on(table.userId), uniqueIndex().on(table.providerId, table.accountId)],
)

/**
 * What a link in a mail, or the first half of a sign-in, is good for; one-time-token.ts. Each row
 * is used by deleting it, so once.
 */
export const verifications = auth.table(
  'verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: time().notNull(),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [index().on(table.identifier)],
)

/** Tenants; `public.tenants` has a row of the same id for each. */
export const organizations = auth.table('organizations', {
  id: text().primaryKey(),
  name: text().notNull(),
  slug: text().notNull().unique(),
  logo: text(),
  createdAt: time().notNull(),
  metadata: text(),
  /** How much its people may use (limits/plans.ts); null means as the deployment says. */
  plan: text(),
})

export const members = auth.table(
  'members',
  {
    id: text().primaryKey(),
    organizationId: organizationId(),
    userId: userId(),
    role: text().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [index().on(table.userId), uniqueIndex().on(table.organizationId, table.userId)],
)

export const invitations = auth.table(
  'invitations',
  {
    id: text().primaryKey(),
    organizationId: organizationId(),
    email: text().notNull(),
    role: text(),
    status: text().notNull().default('pending'),
    expiresAt: time().notNull(),
    createdAt: time().notNull(),
    inviterId: userId(),
    /** SHA-256 of the token in the link, hexadecimal; the token itself is stored nowhere. */
    tokenHash: text(),
  },
  (table) => [
    index().on(table.organizationId),
    index().on(table.email),
    uniqueIndex('invitations_token_hash').on(table.tokenHash),
    uniqueIndex('invitations_pending')
      .on(table.organizationId, table.email)
      .where(sql`status = 'pending'`),
  ],
)

/** Roles a tenant made itself, beside those of roles.ts; `members.role` names either kind. */
export const roles = auth.table(
  'roles',
  {
    organizationId: organizationId(),
    name: text().notNull(),
    description: text().notNull(),
    permissions: text().array().notNull(),
    /** Grows with every change; tokens carry it as `pv`. */
    version: integer().notNull().default(1),
    createdAt: time().notNull(),
    updatedAt: time().notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.name] })],
)

/** Tenants that are to end, and those that did: ids and times outlive the tenant itself. */
export const tenantDeletions = auth.table('tenant_deletions', {
  tenantId: text().primaryKey(),
  requestedBy: text().notNull(),
  requestedAt: time().notNull(),
  /** Until then it can be taken back. */
  dueAt: time().notNull(),
  /** Nobody can get in from here on; what they had in hand ends minutes later. */
  closedAt: time(),
  /** Nothing is left from here on. */
  erasedAt: time(),
})

/** Has one row once the first owner exists, and cannot have two. */
export const setups = auth.table(
  'setups',
  {
    id: boolean().primaryKey().default(true),
    tenantId: text().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [check('setups_once', sql`${table.id}`)],
)

/** What better-auth reads in one round trip instead of two. */
export const usersRelations = relations(users, ({ many }) => ({ accounts: many(accounts) }))
export const sessionsRelations = relations(sessions, ({ one }) => ({
  user: one(users, { fields: [sessions.userId], references: [users.id] }),
}))
export const accountsRelations = relations(accounts, ({ one }) => ({
  user: one(users, { fields: [accounts.userId], references: [users.id] }),
}))
