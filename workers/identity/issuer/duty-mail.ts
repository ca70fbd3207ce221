/** Mails to those of a tenant who may do something, each in the language their browser asked for last. */
import { and, eq, isNull, lt, or } from 'drizzle-orm'
import type { Permission } from '../../../shared/context.ts'
import { reaching } from '../../../shared/database.ts'
import { bans } from './ban-tables.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { type Letter, sendMail } from './mail.ts'
import { isOwnRole, permissionsOfRole } from './rights.ts'
import { members, organizations, roles, users } from './tables.ts'

export type DutyContext = Pick<IssuerContext, 'env' | 'requestId' | 'traceparent' | 'now'>

interface Duty {
  tenantId: string
  permission: Permission
}

/** @throws whatever database or queue throw; some may have got their mail by then */
export async function mailHolders(
  ctx: DutyContext,
  { tenantId, permission }: Duty,
  letterOf: (organization: string) => Letter,
): Promise<void> {
  const isFree = or(isNull(bans.userId), lt(bans.expiresAt, ctx.now()))
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select({
        email: users.email,
        locale: users.locale,
        role: members.role,
        own: roles.permissions,
        organization: organizations.name,
      })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .leftJoin(roles, isOwnRole)
      .leftJoin(bans, eq(bans.userId, users.id))
      .where(and(eq(members.organizationId, tenantId), isFree)),
  )
  const holders = rows.filter(({ role, own }) => permissionsOfRole(role, own).has(permission))
  for (const { email, locale, organization } of holders) {
    await sendMail({ ...ctx, locale: locale ?? 'en' }, email, letterOf(organization))
  }
}
