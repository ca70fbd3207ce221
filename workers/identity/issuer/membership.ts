/** Members of a tenant: who they are, what they may do, and their going. */
import { and, asc, eq, gt, ilike, or, sql } from 'drizzle-orm'
import { PERMISSIONS } from '../../../shared/context.ts'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { lacking } from '../../../shared/guards.ts'
import { auditEntry } from '../../audit/service.ts'
import { ROLES } from '../roles.ts'
import type { Member, MemberPage, MemberQuery } from '../tenant-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { refusing } from './refusal.ts'
import { revoke } from './revocation.ts'
import { permissionsOfRole } from './rights.ts'
import { ownOf } from './session-list.ts'
import { members, roles, users } from './tables.ts'

const COLUMNS = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: members.role,
  joinedAt: members.createdAt,
  membershipId: members.id,
}

export async function listMembers(
  { env, tenantId }: CallerContext,
  { q, limit, cursor }: MemberQuery,
): Promise<MemberPage> {
  const pattern = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`
  const isFound = q ? or(ilike(users.name, pattern), ilike(users.email, pattern)) : undefined
  const isAfter = cursor === undefined ? undefined : gt(members.id, cursor)
  const rows = await reaching(
    selectMembers(env)
      .where(and(eq(members.organizationId, tenantId), isFound, isAfter))
      .orderBy(asc(members.id))
      .limit(limit + 1),
  )
  const page = rows.slice(0, limit)
  const nextCursor = rows.length > limit ? (page.at(-1)?.membershipId ?? null) : null
  return { items: page.map(toMember), nextCursor }
}

/** @throws ProblemError not_found */
export async function getMember({ env, tenantId }: CallerContext, id: string): Promise<Member> {
  const isMember = and(eq(members.organizationId, tenantId), eq(members.userId, id))
  const [row] = await reaching(selectMembers(env).where(isMember))
  if (!row) throw new ProblemError('not_found', 'This tenant has no such member.')
  return toMember(row)
}

/**
 * @throws ProblemError forbidden when the role, or the one the member has, grants what the caller
 *   does not hold; conflict for the last owner; invalid_fields when there is no such role
 */
export async function changeMember(ctx: CallerContext, id: string, role: string): Promise<Member> {
  const member = await getMember(ctx, id)
  await assertGrantable(ctx, role)
  await assertGrantable(ctx, member.role)
  if (role === member.role) return member
  const { env, tenantId } = ctx
  const db = authDatabaseOf(env)
  const resource = { type: 'user', id }
  const facts = { from: member.role, to: role }
  await refusing(
    db.batch([
      db.execute(sql`select auth.change_role(${tenantId}, ${id}, ${member.role}, ${role})`),
      db.execute(auditEntry(ctx, 'member.role', { resource, facts })),
    ]),
  )
  await revoke(ctx, [{ type: 'member', tenantId, userId: id }])
  return { ...member, role }
}

/** @throws ProblemError as `changeMember` */
export async function removeMember(ctx: CallerContext, id: string): Promise<void> {
  const member = await getMember(ctx, id)
  await assertGrantable(ctx, member.role)
  await endMembership(ctx, member, 'member.remove')
}

/** Ends the caller's own membership. @throws ProblemError conflict for the last owner */
export async function leaveTenant(ctx: CallerContext): Promise<void> {
  await endMembership(ctx, await getMember(ctx, ownOf(ctx).userId), 'member.leave')
}

async function endMembership(
  ctx: CallerContext,
  { id, role }: Member,
  event: 'member.remove' | 'member.leave',
): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  const details = { resource: { type: 'user', id }, facts: { role } }
  await refusing(
    db.batch([
      db.execute(sql`select auth.remove_member(${ctx.tenantId}, ${id}, ${role})`),
      db.execute(auditEntry(ctx, event, details)),
    ]),
  )
  await revoke(ctx, [{ type: 'member', tenantId: ctx.tenantId, userId: id }])
}

/**
 * Nobody gives or takes what they do not hold themselves.
 *
 * @throws ProblemError forbidden, naming what is missing; invalid_fields when there is no such role
 */
export async function assertGrantable(ctx: CallerContext, role: string): Promise<void> {
  const granted = await findGrants(ctx, role)
  if (!granted) {
    const detail = 'is no role of this tenant; GET /api/admin/roles lists them'
    const errors = [{ in: 'json', pointer: '/role', detail }]
    throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
  }
  assertHeld(ctx, granted)
}

/** @throws ProblemError forbidden, naming the first permission the caller does not hold */
export function assertHeld({ actor }: CallerContext, granted: ReadonlySet<string>): void {
  const held = actor.type === 'user' ? actor.permissions : new Set<string>()
  const missing = PERMISSIONS.find((name) => granted.has(name) && !held.has(name))
  if (missing) throw lacking(missing)
}

async function findGrants({ env, tenantId }: CallerContext, role: string) {
  if (ROLES.some((known) => known === role)) return permissionsOfRole(role, null)
  const isRole = and(eq(roles.organizationId, tenantId), eq(roles.name, role))
  const [own] = await reaching(authDatabaseOf(env).select().from(roles).where(isRole))
  return own && permissionsOfRole(role, own.permissions)
}

const selectMembers = (env: CallerContext['env']) =>
  authDatabaseOf(env).select(COLUMNS).from(members).innerJoin(users, eq(users.id, members.userId))

type Row = Omit<Member, 'joinedAt'> & { joinedAt: Date }

const toMember = ({ id, email, name, role, joinedAt }: Row): Member => ({
  id,
  email,
  name,
  role,
  joinedAt: joinedAt.toISOString(),
})
