/** SQL for reservations. Every statement names its tenant; a change and its audit entry are one statement. */
import { and, asc, desc, eq, gte, inArray, lt, ne, type SQL } from 'drizzle-orm'
import { ownerOf, type WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { ReservationQuery } from './schemas.ts'
import { reservations } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

export type Row = typeof reservations.$inferSelect
export type NewRow = Omit<
  Row,
  'tenantId' | 'userId' | 'keyId' | 'status' | 'createdAt' | 'updatedAt'
>
export type Change = Partial<
  Pick<Row, 'status' | 'partySize' | 'startsAt' | 'timeZone' | 'name' | 'phone' | 'notes'>
>

/** In place of what was still pending in this conversation. Once per key: @returns what is there under it. */
export async function propose(ctx: StoreContext, row: NewRow): Promise<Row | undefined> {
  const { tenantId } = ctx
  const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
  const values = { tenantId, ...ownerOf(ctx.actor), ...row, status: 'pending' as const }
  const isIt = and(
    eq(reservations.tenantId, tenantId),
    isOwners(ctx),
    eq(reservations.idempotencyKey, row.idempotencyKey),
  )
  const isStale = and(
    eq(reservations.tenantId, tenantId),
    isOwners(ctx),
    eq(reservations.sessionId, row.sessionId),
    eq(reservations.status, 'pending'),
    ne(reservations.idempotencyKey, row.idempotencyKey),
  )
  const [, , [made]] = await withTenant(ctx).batch((tx) => [
    tx.delete(reservations).where(isStale),
    tx
      .insert(reservations)
      .values({ ...values, createdAt, updatedAt })
      .onConflictDoNothing({ target: [reservations.tenantId, reservations.idempotencyKey] }),
    tx.select().from(reservations).where(isIt),
  ])
  return made
}

/** A final one, made outside of any conversation. */
export async function insert(ctx: StoreContext, row: NewRow): Promise<Row> {
  const { tenantId } = ctx
  const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
  const values = { tenantId, ...ownerOf(ctx.actor), ...row, status: 'confirmed' as const }
  const resource = { type: 'reservation', id: row.id }
  const seq = auditColumn(ctx, 'reservation.create', { resource })
  const [, [made]] = await withTenant(ctx).batch((tx) => {
    const add = tx
      .insert(reservations)
      .values({ ...values, createdAt, updatedAt })
      .returning({ id: reservations.id })
    const added = tx.$with('added').as(add)
    return [
      tx.with(added).select({ seq }).from(added),
      tx.select().from(reservations).where(isIt(ctx, row.id)),
    ]
  })
  if (!made) throw new Error('A reservation is there once it was made.')
  return made
}

/** An open one, unless it is another than it was at `updatedAt` (RFC 3339). */
export const edit = (ctx: StoreContext, id: string, updatedAt: string, set: Change) =>
  change(
    ctx,
    and(isIt(ctx, id), isOpen, eq(reservations.updatedAt, new Date(updatedAt))),
    set,
    'reservation.change',
  )

/** The pending one of a conversation becomes final, unless the answer `messageId` is the one that proposed it. */
export async function confirm(
  ctx: StoreContext,
  sessionId: string,
  messageId: string,
): Promise<Row | undefined> {
  const isIt = and(
    eq(reservations.tenantId, ctx.tenantId),
    isOwners(ctx),
    eq(reservations.sessionId, sessionId),
    eq(reservations.status, 'pending'),
    ne(reservations.proposedIn, messageId),
  )
  return change(ctx, isIt, { status: 'confirmed' }, 'reservation.create')
}

/** A reservation of the caller's, by its code. */
export async function find(ctx: StoreContext, code: string): Promise<Row | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(reservations).where(isOwn(ctx, code)),
  ])
  return row
}

/** A final one of the caller's. */
export const changeOwn = (ctx: StoreContext, code: string, set: Change) =>
  change(
    ctx,
    and(isOwn(ctx, code), eq(reservations.status, 'confirmed')),
    set,
    'reservation.change',
  )

export const cancelOwn = (ctx: StoreContext, code: string) =>
  change(ctx, and(isOwn(ctx, code), isOpen), { status: 'cancelled' }, 'reservation.cancel')

/** The caller's that are to come, earliest first; an API key's of this conversation alone: others have the same key. */
export async function selectOwn(
  ctx: StoreContext,
  sessionId: string,
  most: number,
): Promise<Row[]> {
  const isHere = ctx.actor.type === 'user' ? undefined : eq(reservations.sessionId, sessionId)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(reservations)
      .where(
        and(
          eq(reservations.tenantId, ctx.tenantId),
          isOwners(ctx),
          isHere,
          isOpen,
          gte(reservations.startsAt, ctx.now()),
        ),
      )
      .orderBy(asc(reservations.startsAt))
      .limit(most),
  ])
  return rows
}

/** Of the whole tenant, newest first, from behind `cursor`. */
export async function select(
  ctx: StoreContext,
  { limit, cursor, status, from, to }: ReservationQuery,
): Promise<Row[]> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(reservations)
      .where(
        and(
          eq(reservations.tenantId, ctx.tenantId),
          cursor === undefined ? undefined : lt(reservations.id, cursor),
          status && eq(reservations.status, status),
          from === undefined ? undefined : gte(reservations.startsAt, new Date(from)),
          to === undefined ? undefined : lt(reservations.startsAt, new Date(to)),
        ),
      )
      .orderBy(desc(reservations.id))
      .limit(limit),
  ])
  return rows
}

export async function get(ctx: StoreContext, id: string): Promise<Row | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(reservations).where(isIt(ctx, id)),
  ])
  return row
}

export const cancel = (ctx: StoreContext, id: string) =>
  change(ctx, and(isIt(ctx, id), isOpen), { status: 'cancelled' }, 'reservation.cancel')

/** One reservation at most: what `where` says is unique. */
async function change(
  ctx: StoreContext,
  where: SQL | undefined,
  set: Change,
  event: 'reservation.create' | 'reservation.change' | 'reservation.cancel',
): Promise<Row | undefined> {
  const [[known]] = await withTenant(ctx).batch((tx) => [
    tx.select({ id: reservations.id }).from(reservations).where(where),
  ])
  if (!known) return undefined
  const { id } = known
  const seq = auditColumn(ctx, event, { resource: { type: 'reservation', id } })
  const [changes, [row]] = await withTenant(ctx).batch((tx) => {
    const update = tx
      .update(reservations)
      .set({ ...set, updatedAt: ctx.now() })
      .where(and(where, isIt(ctx, id)))
      .returning({ id: reservations.id })
    const changed = tx.$with('changed').as(update)
    return [
      tx.with(changed).select({ seq }).from(changed),
      tx.select().from(reservations).where(isIt(ctx, id)),
    ]
  })
  return changes.length > 0 ? row : undefined
}

const isOpen = inArray(reservations.status, ['pending', 'confirmed'])

const isIt = ({ tenantId }: StoreContext, id: string) =>
  and(eq(reservations.tenantId, tenantId), eq(reservations.id, id))

function isOwners({ actor }: StoreContext): SQL {
  const { userId, keyId } = ownerOf(actor)
  return userId === null ? eq(reservations.keyId, keyId ?? '') : eq(reservations.userId, userId)
}

const isOwn = (ctx: StoreContext, code: string) =>
  and(eq(reservations.tenantId, ctx.tenantId), isOwners(ctx), eq(reservations.code, code))
