/** SQL for schedules. A step itself is stored with what it publishes (write-store.ts). */
import { and, asc, desc, eq, inArray, lte, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { type auditEntry, auditColumn } from '../audit/service.ts'
import { flagSchedules } from './lifecycle-tables.ts'
import { Schedule, type ScheduleQuery, ScheduleSteps } from './schedule-schemas.ts'
import type { StoreContext } from './snapshot-store.ts'

export async function insertSchedule(ctx: StoreContext, schedule: Schedule): Promise<void> {
  const { nextAt, createdAt, updatedAt, ...rest } = schedule
  const row = {
    ...rest,
    tenantId: ctx.tenantId,
    nextAt: nextAt === null ? null : new Date(nextAt),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
  const facts = { schedule: schedule.id, type: schedule.type, environment: schedule.environment }
  const seq = auditColumn(ctx, 'flag.schedule.create', about(schedule, facts))
  await withTenant(ctx).batch((tx) => {
    const made = tx.$with('made').as(tx.insert(flagSchedules).values(row).returning())
    return [tx.with(made).select({ seq }).from(made)]
  })
}

export async function selectSchedules(
  ctx: StoreContext,
  { flag, environment, state, limit }: ScheduleQuery,
): Promise<Schedule[]> {
  const isAsked = and(
    eq(flagSchedules.tenantId, ctx.tenantId),
    flag === undefined ? undefined : eq(flagSchedules.flag, flag),
    environment === undefined ? undefined : eq(flagSchedules.environment, environment),
    state === undefined ? undefined : eq(flagSchedules.state, state),
  )
  const first = sql`${flagSchedules.nextAt} asc nulls last`
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(flagSchedules)
      .where(isAsked)
      .orderBy(first, desc(flagSchedules.createdAt))
      .limit(limit),
  ])
  return rows.map(toSchedule)
}

export async function findSchedule(ctx: StoreContext, id: string): Promise<Schedule | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(flagSchedules).where(isSchedule(ctx, id)),
  ])
  return row && toSchedule(row)
}

/** Of a tenant, those that are active or paused. */
export async function countOpen(ctx: StoreContext): Promise<number> {
  const isOpen = and(
    eq(flagSchedules.tenantId, ctx.tenantId),
    inArray(flagSchedules.state, ['active', 'paused']),
  )
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ open: sql<number>`count(*)::int` })
      .from(flagSchedules)
      .where(isOpen),
  ])
  return row?.open ?? 0
}

const isActive = ({ tenantId }: StoreContext, environment: string) =>
  and(
    eq(flagSchedules.tenantId, tenantId),
    eq(flagSchedules.environment, environment),
    eq(flagSchedules.state, 'active'),
  )

/** Of an environment, those whose next step's time has come, the oldest first. */
export async function selectDue(
  ctx: StoreContext,
  environment: string,
  most: number,
): Promise<Schedule[]> {
  const isDue = and(isActive(ctx, environment), lte(flagSchedules.nextAt, ctx.now()))
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.select().from(flagSchedules).where(isDue).orderBy(asc(flagSchedules.nextAt)).limit(most),
  ])
  return rows.map(toSchedule)
}

/** When something is to be done next in an environment; undefined for never. */
export async function findNextTime(
  ctx: StoreContext,
  environment: string,
): Promise<Date | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ nextAt: flagSchedules.nextAt })
      .from(flagSchedules)
      .where(isActive(ctx, environment))
      .orderBy(asc(flagSchedules.nextAt))
      .limit(1),
  ])
  return row?.nextAt ?? undefined
}

interface Move {
  /** Without one nothing is logged. */
  event?: Parameters<typeof auditEntry>[1]
  set: Partial<Pick<Schedule, 'state' | 'detail' | 'reading'>> & {
    nextAt?: Date | null
    steps?: Schedule['steps']
  }
}

/** @returns whether it was still as it was seen: at that step, in that state */
export async function moveSchedule(
  ctx: StoreContext,
  schedule: Schedule,
  { event, set }: Move,
): Promise<boolean> {
  const isSame = and(
    isSchedule(ctx, schedule.id),
    eq(flagSchedules.done, schedule.done),
    eq(flagSchedules.state, schedule.state),
  )
  const seq = event
    ? auditColumn(ctx, event, about(schedule, { schedule: schedule.id, done: schedule.done }))
    : sql`0`
  const [rows] = await withTenant(ctx).batch((tx) => {
    const change = { ...set, updatedAt: ctx.now() }
    const moved = tx
      .$with('moved')
      .as(tx.update(flagSchedules).set(change).where(isSame).returning())
    return [tx.with(moved).select({ seq }).from(moved)]
  })
  return rows.length > 0
}

const about = ({ flag }: Pick<Schedule, 'flag'>, facts: Record<string, string | number>) => {
  return { resource: { type: 'flag', id: flag }, facts }
}

const isSchedule = ({ tenantId }: StoreContext, id: string) =>
  and(eq(flagSchedules.tenantId, tenantId), eq(flagSchedules.id, id))

function toSchedule(row: typeof flagSchedules.$inferSelect): Schedule {
  const { id, flag, environment, type, rule, steps, done, state, detail } = row
  const { guard, reading, comment, author } = row
  return {
    id,
    flag,
    environment,
    type: Schedule.shape.type.parse(type),
    rule,
    steps: ScheduleSteps.parse(steps),
    done,
    nextAt: row.nextAt?.toISOString() ?? null,
    state: Schedule.shape.state.parse(state),
    detail,
    guard: Schedule.shape.guard.parse(guard),
    reading: Schedule.shape.reading.parse(reading),
    comment,
    author,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
