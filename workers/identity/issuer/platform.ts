/** What those who run the platform see of its tenants: ids and counts, never what they wrote. */
import { sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import type { IdPageQuery, TenantCounts, TenantCountsPage } from '../tenant-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'

interface Row extends Record<string, unknown> {
  tenant_id: string
  members: number
  documents: number
  flags: number
}

export async function countTenants(
  ctx: CallerContext,
  { limit, cursor = '' }: IdPageQuery,
): Promise<TenantCountsPage> {
  const rows = await selectCounts(ctx, sql`auth.count_tenants(${cursor}, ${limit + 1})`)
  const items = rows.slice(0, limit).map(toCounts)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function countTenant(ctx: CallerContext, id: string): Promise<TenantCounts> {
  const [row] = await selectCounts(ctx, sql`auth.count_tenant(${id})`)
  if (!row) throw new ProblemError('not_found', 'There is no such tenant.')
  return toCounts(row)
}

async function selectCounts({ env }: CallerContext, call: ReturnType<typeof sql>) {
  const counts = sql`select tenant_id, members::int, documents::int, flags::int from ${call}`
  const { rows } = await reaching(authDatabaseOf(env).execute<Row>(counts))
  return rows
}

const toCounts = ({ tenant_id: id, members, documents, flags }: Row): TenantCounts => ({
  id,
  members,
  documents,
  flags,
})
