/** Roles a tenant makes itself, shown beside the built-in ones. */
import { and, asc, eq, sql } from 'drizzle-orm'
import { PERMISSIONS } from '../../../shared/context.ts'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import { permissionsOf, ROLES } from '../roles.ts'
import type { NewRole, Role, RoleList, RoleUpdate } from '../tenant-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { assertHeld } from './membership.ts'
import { refusing } from './refusal.ts'
import { revoke } from './revocation.ts'
import { permissionsOfRole } from './rights.ts'
import { members, roles } from './tables.ts'

type Row = Pick<typeof roles.$inferSelect, 'name' | 'description' | 'permissions' | 'version'>

/** Built-in roles, weakest first, then the tenant's own by name. */
export async function listRoles({ env, tenantId }: CallerContext): Promise<RoleList> {
  const db = authDatabaseOf(env)
  const [own, counts] = await reaching(
    db.batch([
      db.select().from(roles).where(eq(roles.organizationId, tenantId)).orderBy(asc(roles.name)),
      db
        .select({ role: members.role, count: sql<number>`count(*)::int` })
        .from(members)
        .where(eq(members.organizationId, tenantId))
        .groupBy(members.role),
    ]),
  )
  const holders = new Map(counts.map(({ role, count }) => [role, count]))
  const builtIn = ROLES.map((name) => ({
    name,
    description: '',
    permissions: [...permissionsOf(name)],
    isBuiltIn: true,
    members: holders.get(name) ?? 0,
    version: 1,
  }))
  const items = [...builtIn, ...own.map((row) => toRole(row, holders.get(row.name) ?? 0))]
  return { items, permissions: PERMISSIONS.filter((name) => name !== 'admin.platform') }
}

/** @throws ProblemError forbidden when it grants what the caller does not hold; conflict for a name in use */
export async function createRole(ctx: CallerContext, role: NewRole): Promise<Role> {
  const { env, tenantId: organizationId, now } = ctx
  const { name, description, permissions } = role
  assertHeld(ctx, new Set(permissions))
  const db = authDatabaseOf(env)
  const times = { createdAt: now(), updatedAt: now() }
  const details = { resource: { type: 'role', id: name }, facts: { grants: permissions.length } }
  const [[row]] = await refusing(
    db.batch([
      db
        .insert(roles)
        .values({ organizationId, name, description, permissions, ...times })
        .returning(),
      db.execute(auditEntry(ctx, 'role.create', details)),
    ]),
    new ProblemError(
      'conflict',
      `There is a role ${name} already; change it, or take another name.`,
    ),
  )
  return toRole(row, 0)
}

/** @throws ProblemError forbidden when it grants, or did, what the caller does not hold; not_found */
export async function changeRole(
  ctx: CallerContext,
  name: string,
  { description, permissions }: RoleUpdate,
): Promise<Role> {
  const before = await getRole(ctx, name)
  assertHeld(ctx, permissionsOfRole(name, before.permissions))
  assertHeld(ctx, new Set(permissions))
  const db = authDatabaseOf(ctx.env)
  const changes = {
    ...(description !== undefined && { description }),
    ...(permissions !== undefined && { permissions }),
    version: sql`${roles.version} + 1`,
    updatedAt: ctx.now(),
  }
  const details = { resource: { type: 'role', id: name }, facts: { version: before.version + 1 } }
  // Judged by what it granted: should that be something else by now, nothing happens.
  const isSame = and(isRole(ctx, name), eq(roles.version, before.version))
  const changed = db.$with('changed').as(db.update(roles).set(changes).where(isSame).returning())
  const audited = auditColumn(ctx, 'role.change', details).as('audited')
  const { description: text, permissions: grants, version } = changed
  const columns = { name: changed.name, description: text, permissions: grants, version, audited }
  const [row] = await reaching(db.with(changed).select(columns).from(changed))
  if (!row) throw new ProblemError('conflict', 'Somebody changed this role just now; look again.')
  if (permissions) await revoke(ctx, [{ type: 'role', tenantId: ctx.tenantId, role: name }])
  return toRole(row, await countHolders(ctx, name))
}

/** @throws ProblemError conflict, saying how many hold it; not_found */
export async function deleteRole(ctx: CallerContext, name: string): Promise<void> {
  const role = await getRole(ctx, name)
  assertHeld(ctx, permissionsOfRole(name, role.permissions))
  const db = authDatabaseOf(ctx.env)
  const resource = { type: 'role', id: name }
  await refusing(
    db.batch([
      db.execute(sql`select auth.delete_role(${ctx.tenantId}, ${name})`),
      db.execute(auditEntry(ctx, 'role.delete', { resource })),
    ]),
  )
}

async function getRole(ctx: CallerContext, name: string): Promise<Row> {
  const [row] = await reaching(
    authDatabaseOf(ctx.env).select().from(roles).where(isRole(ctx, name)),
  )
  if (!row) {
    const detail = `This tenant has made no role ${name}; built-in ones cannot be changed.`
    throw new ProblemError('not_found', detail)
  }
  return row
}

async function countHolders({ env, tenantId }: CallerContext, name: string): Promise<number> {
  const isHolder = and(eq(members.organizationId, tenantId), eq(members.role, name))
  return reaching(authDatabaseOf(env).$count(members, isHolder))
}

const isRole = ({ tenantId }: CallerContext, name: string) =>
  and(eq(roles.organizationId, tenantId), eq(roles.name, name))

function toRole(row: Row | undefined, holders: number): Role {
  if (!row) throw new Error('A row that was written is answered.')
  const { name, description, permissions, version } = row
  return { name, description, permissions, isBuiltIn: false, members: holders, version }
}
