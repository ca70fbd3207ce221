/** A user as the flows before a sign-in know them: by address or id, with the tenant they joined first. */
import { asc, eq } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { members, users } from './tables.ts'

export interface Person {
  userId: string
  email: string
  name: string
  isVerified: boolean
  /** Whose audit log tells of them; spread into an entry's details. None for who is in no tenant. */
  tenantId: { tenantId?: string }
}

export async function findPerson(
  { env }: IssuerContext,
  which: { email: string } | { userId: string },
): Promise<Person | undefined> {
  const isThem = 'email' in which ? eq(users.email, which.email) : eq(users.id, which.userId)
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({
        userId: users.id,
        email: users.email,
        name: users.name,
        isVerified: users.emailVerified,
        tenantId: members.organizationId,
      })
      .from(users)
      .leftJoin(members, eq(members.userId, users.id))
      .where(isThem)
      .orderBy(asc(members.createdAt))
      .limit(1),
  )
  if (!row) return undefined
  const { tenantId, ...person } = row
  return { ...person, tenantId: tenantId === null ? {} : { tenantId } }
}
