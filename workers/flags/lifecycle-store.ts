/** SQL for the days flags were asked for, and for the places in code that name them. */
import { and, asc, eq, min, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditEntry } from '../audit/service.ts'
import { flagReferences, flagSightings } from './lifecycle-tables.ts'
import type { StoreContext } from './snapshot-store.ts'
import type { Sighting } from './stale.ts'

export interface SightingRow extends Sighting {
  readonly environment: string
  readonly flag: string
  readonly key: string
}

/** Days a sighting is kept. */
const KEPT_DAYS = 180

export async function insertSightings(
  ctx: StoreContext,
  rows: readonly SightingRow[],
): Promise<void> {
  const { tenantId } = ctx
  const values = rows.map(({ environment, flag, day, variant }) => {
    return { tenantId, environment, flag, day, variant: variant.slice(0, 200) }
  })
  const oldest = new Date(ctx.now().getTime() - KEPT_DAYS * 86_400_000).toISOString().slice(0, 10)
  await withTenant(ctx).batch((tx) => [
    tx.insert(flagSightings).values(values).onConflictDoNothing(),
    tx.execute(sql`delete from flag_sightings s where s.tenant_id = ${tenantId} and s.day < ${oldest}::date
      and (s.environment, s.flag) in (${sql.join(
        values.map(({ environment, flag }) => sql`(${environment}, ${flag})`),
        sql`, `,
      )})`),
  ])
}

/** Of an environment, by flags; and since when there are any. */
export async function selectSightings(ctx: StoreContext, environment: string) {
  const isIn = and(
    eq(flagSightings.tenantId, ctx.tenantId),
    eq(flagSightings.environment, environment),
  )
  const { flag, day, variant } = flagSightings
  const [rows, [first]] = await withTenant(ctx).batch((tx) => [
    tx.select({ flag, day, variant }).from(flagSightings).where(isIn).orderBy(asc(day)),
    tx
      .select({ since: min(day) })
      .from(flagSightings)
      .where(isIn),
  ])
  return { byFlag: Map.groupBy(rows, (row) => row.flag), since: first?.since ?? null }
}

export interface ReferenceRow {
  readonly repository: string
  readonly flag: string
  readonly revision: string
  readonly places: readonly { path: string; line: number }[]
  readonly scannedAt: Date
}

export async function selectReferences(
  ctx: StoreContext,
  repository?: string,
): Promise<ReferenceRow[]> {
  const isAsked = and(
    eq(flagReferences.tenantId, ctx.tenantId),
    repository === undefined ? undefined : eq(flagReferences.repository, repository),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(flagReferences)
      .where(isAsked)
      .orderBy(asc(flagReferences.flag), asc(flagReferences.repository)),
  ])
  return rows
}

/** In place of what the last scan of the repository found. */
export async function replaceReferences(
  ctx: StoreContext,
  repository: string,
  rows: readonly Omit<ReferenceRow, 'repository'>[],
): Promise<void> {
  const { tenantId } = ctx
  const isOld = and(
    eq(flagReferences.tenantId, tenantId),
    eq(flagReferences.repository, repository),
  )
  const details = {
    resource: { type: 'flag', id: '*' },
    facts: { repository, flags: rows.length },
  }
  const values = rows.map((row) => ({ ...row, tenantId, repository, places: [...row.places] }))
  await withTenant(ctx).batch((tx) => [
    tx.delete(flagReferences).where(isOld),
    ...(values.length > 0 ? [tx.insert(flagReferences).values(values)] : []),
    tx.execute(auditEntry(ctx, 'flag.references.set', details)),
  ])
}
