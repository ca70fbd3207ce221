/** What a new account and a new organization are made of: statements, for a batch of the caller's. */
import { sql } from 'drizzle-orm'
import { newId } from '../../../shared/ids.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { accounts, members, organizations, users } from './tables.ts'

interface Person {
  userId: string
  email: string
  name: string
}

/** A way to sign in. */
export interface NewLogin {
  /** `credential`, or whose account `accountId` is. */
  providerId: string
  accountId: string
  label?: string | null
  /** PHC string; phc.ts. */
  password?: string
}

/** @param hash PHC string */
export const passwordLogin = (userId: string, hash: string): NewLogin => ({
  providerId: 'credential',
  accountId: userId,
  password: hash,
})

/** A user whose address is proven, with one way to sign in. */
export function accountRows(
  { env, now }: IssuerContext,
  { userId, email, name }: Person,
  login: NewLogin,
) {
  const db = authDatabaseOf(env)
  const times = { createdAt: now(), updatedAt: now() }
  return [
    db.insert(users).values({ id: userId, name, email, emailVerified: true, ...times }),
    db.insert(accounts).values({ id: newId(now()), userId, ...login, ...times }),
  ] as const
}

/** An organization and the tenant of the same id, with the person as its owner. */
export function organizationRows(
  { env, now }: IssuerContext,
  {
    userId,
    email,
    name,
    tenantId,
    organization,
  }: Person & { tenantId: string; organization: string },
) {
  const db = authDatabaseOf(env)
  const createdAt = now()
  const member = {
    id: newId(createdAt),
    organizationId: tenantId,
    userId,
    role: 'owner',
    createdAt,
  }
  return [
    db
      .insert(organizations)
      .values({ id: tenantId, name: organization, slug: tenantId, createdAt }),
    db.insert(members).values(member),
    db.execute(
      sql`select auth.create_tenant(${tenantId}, ${organization}, ${userId}, ${email}, ${name}, ${createdAt.toISOString()}::timestamptz)`,
    ),
  ] as const
}
