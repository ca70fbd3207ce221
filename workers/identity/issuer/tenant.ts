/** Tenants: made, named, switched to, and, in two steps days apart, deleted (erasure.ts). */
import { and, eq, exists, isNull, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { Session } from '../schemas.ts'
import type { Tenant } from '../tenant-schemas.ts'
import { organizationRows } from './account-rows.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { ownOf } from './session-list.ts'
import { describeSession } from './session.ts'
import { members, organizations, sessions, tenantDeletions, users } from './tables.ts'

/** Days in which a deletion can be taken back. */
const DELAY_MS = 7 * 24 * 60 * 60 * 1000

/** Tenants one user may own, so that nobody fills the database; a few more in a race do no harm. */
const MOST_OWNED = 20

/** @throws ProblemError conflict when the caller owns too many */
export async function createTenant(ctx: CallerContext, name: string): Promise<Tenant> {
  const { userId } = ownOf(ctx)
  const [owner, owned] = await selectOwner(ctx)
  if (!owner) throw new ProblemError('unauthenticated', 'This account is gone.')
  if (owned >= MOST_OWNED) {
    throw new ProblemError('conflict', `You own ${owned} tenants; leave or delete one first.`)
  }
  const db = authDatabaseOf(ctx.env)
  const createdAt = ctx.now()
  const id = newId(createdAt)
  const person = { userId, email: owner.email, name: owner.name }
  const details = { tenantId: id, resource: { type: 'tenant', id } }
  await reaching(
    db.batch([
      ...organizationRows(ctx, { ...person, tenantId: id, organization: name }),
      db.execute(auditEntry(ctx, 'tenant.create', details)),
    ]),
  )
  return { id, name, createdAt: createdAt.toISOString(), deletionDueAt: null }
}

/** @throws ProblemError not_found when the caller is no member there */
export async function switchTenant(ctx: CallerContext, tenantId: string): Promise<Session> {
  const { userId, sessionId } = ownOf(ctx)
  const db = authDatabaseOf(ctx.env)
  const isMember = and(eq(members.userId, userId), eq(members.organizationId, tenantId))
  const switched = db.$with('switched').as(
    db
      .update(sessions)
      .set({ activeOrganizationId: tenantId })
      .where(
        and(
          eq(sessions.id, sessionId),
          exists(db.select({ id: members.id }).from(members).where(isMember)),
        ),
      )
      .returning({ id: sessions.id }),
  )
  const audited = auditColumn(ctx, 'tenant.switch', { tenantId }).as('audited')
  const rows = await reaching(db.with(switched).select({ id: switched.id, audited }).from(switched))
  if (rows.length === 0) throw noTenant()
  return describeSession(ctx, eq(sessions.id, sessionId))
}

/** @throws ProblemError not_found */
export async function getTenant({ env, tenantId }: CallerContext): Promise<Tenant> {
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({ tenant: organizations, dueAt: tenantDeletions.dueAt })
      .from(organizations)
      .leftJoin(tenantDeletions, eq(tenantDeletions.tenantId, organizations.id))
      .where(eq(organizations.id, tenantId)),
  )
  if (!row) throw noTenant()
  const { id, name, createdAt } = row.tenant
  const deletionDueAt = row.dueAt?.toISOString() ?? null
  return { id, name, createdAt: createdAt.toISOString(), deletionDueAt }
}

export async function renameTenant(ctx: CallerContext, name: string): Promise<Tenant> {
  const { env, tenantId } = ctx
  const db = authDatabaseOf(env)
  const resource = { type: 'tenant', id: tenantId }
  await reaching(
    db.batch([
      db.execute(sql`select auth.rename_tenant(${tenantId}, ${name})`),
      db.execute(auditEntry(ctx, 'tenant.update', { resource })),
    ]),
  )
  return getTenant(ctx)
}

/** @throws ProblemError invalid_fields unless `name` is the tenant's; conflict when it was asked before */
export async function requestDeletion(ctx: CallerContext, name: string): Promise<Tenant> {
  const tenant = await getTenant(ctx)
  if (tenant.name !== name) {
    const errors = [{ in: 'json', pointer: '/name', detail: 'is not the name of this tenant' }]
    throw new ProblemError('invalid_fields', 'Type the tenant’s name as it is.', { errors })
  }
  const { env, tenantId, now } = ctx
  const dueAt = new Date(now().getTime() + DELAY_MS)
  const db = authDatabaseOf(env)
  const asked = db.$with('asked').as(
    db
      .insert(tenantDeletions)
      .values({ tenantId, requestedBy: ownOf(ctx).userId, requestedAt: now(), dueAt })
      .onConflictDoNothing()
      .returning({ tenantId: tenantDeletions.tenantId }),
  )
  const resource = { type: 'tenant', id: tenantId }
  const audited = auditColumn(ctx, 'tenant.delete.request', { resource }).as('audited')
  const rows = await reaching(db.with(asked).select({ audited }).from(asked))
  if (rows.length === 0) {
    throw new ProblemError('conflict', `It is to be deleted at ${tenant.deletionDueAt} already.`)
  }
  return { ...tenant, deletionDueAt: dueAt.toISOString() }
}

/** @throws ProblemError not_found when nothing is to be taken back */
export async function cancelDeletion(ctx: CallerContext): Promise<void> {
  const { env, tenantId } = ctx
  const db = authDatabaseOf(env)
  const isOpen = and(eq(tenantDeletions.tenantId, tenantId), isNull(tenantDeletions.closedAt))
  const kept = db
    .$with('kept')
    .as(db.delete(tenantDeletions).where(isOpen).returning({ tenantId: tenantDeletions.tenantId }))
  const resource = { type: 'tenant', id: tenantId }
  const audited = auditColumn(ctx, 'tenant.delete.cancel', { resource }).as('audited')
  const rows = await reaching(db.with(kept).select({ audited }).from(kept))
  if (rows.length === 0) {
    throw new ProblemError('not_found', 'No deletion of this tenant was asked for.')
  }
}

async function selectOwner(ctx: CallerContext) {
  const { userId } = ownOf(ctx)
  const db = authDatabaseOf(ctx.env)
  const isOwner = and(eq(members.userId, userId), eq(members.role, 'owner'))
  const [[owner], owned] = await reaching(
    db.batch([
      db.select().from(users).where(eq(users.id, userId)),
      db.select({ id: members.id }).from(members).where(isOwner),
    ]),
  )
  return [owner, owned.length] as const
}

const noTenant = () => new ProblemError('not_found', 'You belong to no such tenant.')
