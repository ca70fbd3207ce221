/**
 * SQL for conversations as things: listed, read, renamed, deleted. Every statement names its tenant; a
 * turn as it runs is store.ts.
 */
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  ilike,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { users } from '../../shared/tables.ts'
import { auditColumn } from '../audit/service.ts'
import { assistantVersions } from './assistant-tables.ts'
import type { AnyConversationQuery, MessageQuery, NewMessageFeedback } from './schemas.ts'
import {
  isIn,
  isItsVersion,
  isOwn,
  isOwners,
  isSession,
  type MessageRow,
  type SessionRow,
  type StoreContext,
} from './store.ts'
import { messages, sessions } from './tables.ts'

/** The caller's own, or all of the tenant: who may ask for those, routes say. */
export type Whose = 'own' | 'everyone'

export interface ConversationRow extends SessionRow {
  assistantName: string | null
  userName: string | null
  costMicroDollars: number
}

const ROW = {
  ...getTableColumns(sessions),
  assistantName: sql<string | null>`${assistantVersions.content} ->> 'name'`,
  userName: users.name,
  // Columns by hand: drizzle leaves the table out, and within the brackets `id` is a message's.
  costMicroDollars: sql<number>`(select coalesce(sum(m.cost_micro_dollars), 0)::float8 from messages m
    where m.tenant_id = sessions.tenant_id and m.session_id = sessions.id)`,
}
const isItsUser = and(eq(users.tenantId, sessions.tenantId), eq(users.id, sessions.userId))

const isAmong = (ctx: StoreContext, whose: Whose) => (whose === 'own' ? isOwners(ctx) : undefined)

export async function findSession(
  ctx: StoreContext,
  id: string,
  whose: Whose,
): Promise<ConversationRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select(ROW)
      .from(sessions)
      .leftJoin(assistantVersions, isItsVersion)
      .leftJoin(users, isItsUser)
      .where(and(isSession(ctx, id), isAmong(ctx, whose))),
  ])
  return row
}

/** Newest first, from behind `cursor`. */
export async function selectSessions(
  ctx: StoreContext,
  query: AnyConversationQuery,
  whose: Whose,
): Promise<ConversationRow[]> {
  const isAsked = and(eq(sessions.tenantId, ctx.tenantId), isAmong(ctx, whose), matching(query))
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(ROW)
      .from(sessions)
      .leftJoin(assistantVersions, isItsVersion)
      .leftJoin(users, isItsUser)
      .where(isAsked)
      .orderBy(desc(sessions.id))
      .limit(query.limit),
  ])
  return rows
}

const HANDED_OFF = { open: isNull, handed_off: isNotNull }

function matching({ cursor, q, assistant, status, from, to, user }: AnyConversationQuery) {
  return and(
    cursor === undefined ? undefined : lt(sessions.id, cursor),
    q === undefined ? undefined : says(q),
    assistant === undefined ? undefined : eq(sessions.assistantId, assistant),
    status === undefined ? undefined : HANDED_OFF[status](sessions.handoffReason),
    from === undefined ? undefined : gte(sessions.createdAt, new Date(from)),
    to === undefined ? undefined : lt(sessions.createdAt, new Date(to)),
    user === undefined ? undefined : eq(sessions.userId, user),
  )
}

/** Whether the title or a message has these words, whatever their case. */
function says(words: string): SQL | undefined {
  const pattern = `%${words.replace(/[\\%_]/g, '\\$&')}%`
  const inMessage = sql`exists (select 1 from messages m where m.tenant_id = ${sessions.tenantId}
    and m.session_id = ${sessions.id} and m.content ilike ${pattern})`
  return or(ilike(sessions.title, pattern), inMessage)
}

/** Oldest first, from behind `cursor`; of a conversation the caller may read, as `findSession` tells. */
export async function selectMessages(
  ctx: StoreContext,
  sessionId: string,
  { limit, cursor }: MessageQuery,
): Promise<MessageRow[]> {
  const after = cursor === undefined ? undefined : gt(messages.id, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(messages)
      .where(and(isIn(ctx, sessionId), after))
      .orderBy(asc(messages.id))
      .limit(limit),
  ])
  return rows
}

/** Of an answer that is over, in a conversation of the caller's. @returns undefined when there is none */
export async function rateMessage(
  ctx: StoreContext,
  id: string,
  { rating, reason }: NewMessageFeedback,
): Promise<{ at: Date; isFirst: boolean } | undefined> {
  const at = ctx.now()
  const own = sql`${messages.tenantId} = ${ctx.tenantId} and ${messages.id} = ${id}
    and ${messages.role} = 'assistant' and ${messages.status} <> 'running'
    and exists (select 1 from ${sessions} where ${sessions.tenantId} = ${messages.tenantId}
      and ${sessions.id} = ${messages.sessionId} and ${isOwners(ctx)})`
  const [[before], rows] = await withTenant(ctx).batch((tx) => [
    // Locked, so that of two first ratings at once one comes second.
    tx.select({ rating: messages.rating }).from(messages).where(own).for('update'),
    tx
      .update(messages)
      .set({ rating, ratingReason: reason, ratedAt: at })
      .where(own)
      .returning({ id: messages.id }),
  ])
  return rows.length > 0 ? { at, isFirst: before?.rating === null } : undefined
}

/** @returns whether there was such a conversation */
export async function renameSession(
  ctx: StoreContext,
  id: string,
  title: string,
): Promise<boolean> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.update(sessions).set({ title }).where(isOwn(ctx, id)).returning({ id: sessions.id }),
  ])
  return rows.length > 0
}

/** @returns whether there was such a conversation */
export async function deleteSession(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'conversation.delete', { resource: { type: 'conversation', id } })
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(sessions).where(isOwn(ctx, id)).returning({ id: sessions.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}
