/** A tenant's plan, as those who run the platform set it. The token carries it, so no limit needs a look-up. */
import { eq } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import { TenantPlan } from '../platform-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { organizations } from './tables.ts'

/** @throws ProblemError not_found */
export async function getPlan({ env }: CallerContext, id: string): Promise<TenantPlan> {
  const [row] = await reaching(
    authDatabaseOf(env)
      .select({ plan: organizations.plan })
      .from(organizations)
      .where(eq(organizations.id, id)),
  )
  if (!row) throw noTenant()
  return TenantPlan.parse(row)
}

/** In the tenant's log. @throws ProblemError not_found */
export async function setPlan(
  ctx: CallerContext,
  id: string,
  { plan }: TenantPlan,
): Promise<TenantPlan> {
  const db = authDatabaseOf(ctx.env)
  const changed = db
    .$with('changed')
    .as(
      db
        .update(organizations)
        .set({ plan })
        .where(eq(organizations.id, id))
        .returning({ id: organizations.id }),
    )
  const details = { tenantId: id, resource: { type: 'tenant', id }, facts: { plan: plan ?? '' } }
  const audited = auditColumn(ctx, 'admin.tenant.update', details).as('audited')
  const rows = await reaching(db.with(changed).select({ audited }).from(changed))
  if (rows.length === 0) throw noTenant()
  return { plan }
}

const noTenant = () => new ProblemError('not_found', 'There is no such tenant.')
