/** SQL that reads the usage ledger. */
import { type SQL, sql } from 'drizzle-orm'
import { callAcrossTenants, withTenant } from '../../shared/database.ts'
import type {
  CallQuery,
  Property,
  UsageDaysQuery,
  UsageFilter,
  UsageQuery,
} from './report-schemas.ts'
import type { StoreContext } from './store.ts'
import { usageLedger } from './tables.ts'

export type CallRow = typeof usageLedger.$inferSelect

const COLUMNS: Readonly<Record<Property, SQL>> = {
  user: sql`user_id`,
  key: sql`key_id`,
  model: sql`model`,
  purpose: sql`purpose`,
  endpoint: sql`endpoint`,
  query: sql`subject_id`,
}

const DAY = sql`to_char(at at time zone 'UTC', 'YYYY-MM-DD')`

interface Choice extends UsageFilter {
  from?: string | undefined
  to?: string | undefined
}

/** Rows of the tenant's ledger that a range and filters let through. */
function chosen(tenantId: string, choice: Choice): SQL {
  const { from, to } = choice
  const parts = [sql`tenant_id = ${tenantId}`]
  if (from) parts.push(sql`at >= ${startOf(from)}`)
  if (to) parts.push(sql`at < ${startOf(to)} + interval '24 hours'`)
  for (const [property, column] of Object.entries(COLUMNS)) {
    const value = Object.entries(choice).find(([name]) => name === property)?.[1]
    if (value !== undefined) parts.push(sql`${column} = ${value}`)
  }
  return sql.join(parts, sql` and `)
}

const startOf = (day: string) => sql`${`${day}T00:00:00Z`}::timestamptz`

/** Bigints and sums arrive as text. */
type Sums = Record<'cost' | 'calls' | 'input' | 'output', string>
type Group = { key: string | null; label: string | null } & Sums

const SUMS = sql`coalesce(sum(micro_dollars), 0) as cost, count(*) as calls,
  coalesce(sum(input::bigint + cached_input + audio_input), 0) as input,
  coalesce(sum(output::bigint + audio_output), 0) as output`

/** @returns the range's groups, those of users with their names, and its whole */
export async function sumUsage(ctx: StoreContext, { by, ...choice }: UsageQuery, most: number) {
  const { tenantId } = ctx
  const rows = chosen(tenantId, choice)
  const order = by === 'day' ? sql`g.key` : sql`g.cost desc, g.key`
  const [groups, whole] = await withTenant(ctx).batch((tx) => [
    tx.execute<Group>(sql`
      select g.*, ${labelOf(by)} as label from (
        select ${by === 'day' ? DAY : COLUMNS[by]} as key, ${SUMS} from usage_ledger where ${rows}
        group by 1
      ) g left join users u on u.tenant_id = ${tenantId} and u.id = g.key
      order by ${order} limit ${most}`),
    tx.execute<Sums>(sql`select ${SUMS} from usage_ledger where ${rows}`),
  ])
  return { groups: groups.rows, whole: whole.rows[0] }
}

const labelOf = (by: UsageQuery['by']) => (by === 'user' ? sql`u.name` : sql`null::text`)

type DayPart = {
  day: string
  place: number | null
  key: string | null
  label: string | null
} & Pick<Sums, 'cost'>

/**
 * What the days of a range cost by their `most` dearest groups and the rest, whose place is null.
 * Days in their order, then places.
 */
export async function sumDays(ctx: StoreContext, { by, ...choice }: UsageDaysQuery, most: number) {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<DayPart>(sql`
      with own as (
        select ${DAY} as day, ${COLUMNS[by]} as key, sum(micro_dollars) as cost from usage_ledger
        where ${chosen(tenantId, choice)} group by 1, 2
      ), top as (
        select o.key, row_number() over (order by sum(o.cost) desc, o.key)::int as place
        from own o group by o.key order by 2 limit ${most}
      )
      select o.day, t.place, t.key, ${labelOf(by)} as label, sum(o.cost) as cost
      from own o left join top t on t.key is not distinct from o.key
      left join users u on u.tenant_id = ${tenantId} and u.id = t.key
      group by 1, 2, 3, 4 order by o.day, t.place`),
  ])
  return rows
}

/** What each tenant spent in a range, the dearest first: for those who run the platform. */
export async function sumTenants(ctx: StoreContext, { from, to }: Choice, most: number) {
  return callAcrossTenants<{ tenant_id: string; micro_dollars: string } & Omit<Sums, 'cost'>>(
    ctx.env,
    sql`select * from usage_by_tenant(${`${from}T00:00:00Z`}::timestamptz,
      ${`${to}T00:00:00Z`}::timestamptz + interval '24 hours', ${most})`,
  )
}

/** What the tenant's hours since `from` cost, by their beginning in milliseconds since the epoch. */
export async function sumHours(ctx: StoreContext, from: Date): Promise<Map<number, number>> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ hour: string; cost: string }>(sql`
      select extract(epoch from date_trunc('hour', at, 'UTC'))::text as hour, sum(micro_dollars) as cost
      from usage_ledger where tenant_id = ${ctx.tenantId} and at >= ${from.toISOString()}::timestamptz
      group by 1`),
  ])
  return new Map(rows.map(({ hour, cost }) => [Number(hour) * 1000, Number(cost)]))
}

/** The cursor is a row's id; one that is gone by age leaves nothing behind it. */
const placeOf = (tenantId: string, id: string) =>
  sql`(select c.at, c.id from usage_ledger c where c.tenant_id = ${tenantId} and c.id = ${id}::uuid)`

/** Newest first, from behind `cursor`. */
export async function selectCalls(
  ctx: StoreContext,
  { cursor, limit, ...choice }: CallQuery,
): Promise<CallRow[]> {
  const { tenantId } = ctx
  const behind = cursor === undefined ? sql`` : sql` and (at, id) < ${placeOf(tenantId, cursor)}`
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(usageLedger)
      .where(sql`${chosen(tenantId, choice)}${behind}`)
      .orderBy(sql`at desc, id desc`)
      .limit(limit),
  ])
  return rows
}

/** A slice of what an export takes along, oldest first. */
export async function selectSlice(
  ctx: StoreContext,
  choice: Choice,
  { after, limit }: { after: Pick<CallRow, 'at' | 'id'> | undefined; limit: number },
): Promise<CallRow[]> {
  const behind = after
    ? sql` and (at, id) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
    : sql``
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(usageLedger)
      .where(sql`${chosen(ctx.tenantId, choice)}${behind}`)
      .orderBy(sql`at, id`)
      .limit(limit),
  ])
  return rows
}
