/**
 * SQL for the turns of conversations. Every statement names its tenant and, unless a turn that was let
 * in is written down, its owner: another's conversation is as missing as one that never was.
 * Conversations as things are conversation-store.ts.
 */
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import { ownerOf, type WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, isOrphan, withTenant } from '../../shared/database.ts'
import { traceIdOf } from '../../shared/trace.ts'
import type { AssistantContent } from './assistant-schemas.ts'
import { assistantVersions } from './assistant-tables.ts'
import type { Language } from './schemas.ts'
import { messages, sessions } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

export type SessionRow = typeof sessions.$inferSelect
export type MessageRow = typeof messages.$inferSelect

export interface NewSession {
  id: string
  title: string
  language: Language
  /** Null: ours. */
  assistantId: string | null
  assistantVersion: number | null
}

export interface NewTurn {
  sessionId: string
  /** The assistant the conversation must have; undefined: whichever it has. */
  assistantId: string | undefined
  questionId: string
  answerId: string
  question: string
  /** When the turn will certainly be over. */
  busyUntil: Date
  /** The conversation, where it begins with this turn. */
  begins: NewSession | undefined
}

export interface Claim {
  /** True where it cannot begin: its user is no member any more. */
  isOrphan: boolean
  /** Undefined when there is no such conversation. */
  session: SessionRow | undefined
  /** What its assistant is; null: ours, or one that was deleted. */
  content: AssistantContent | null
  /** The turn's number; undefined when it was not let in: another one runs, or the assistant is wrong. */
  turn: number | undefined
  /** Earlier messages that are over, newest first. */
  earlier: MessageRow[]
}

/**
 * Lets one turn in, and writes its question and its answer, still empty, down at once; a new conversation too,
 * for the model waits for each round trip.
 */
export async function claimTurn(ctx: StoreContext, turn: NewTurn, most: number): Promise<Claim> {
  try {
    return await claim(ctx, turn, most)
  } catch (error) {
    if (!turn.begins || !isOrphan(error)) throw error
    return { isOrphan: true, session: undefined, content: null, turn: undefined, earlier: [] }
  }
}

async function claim(ctx: StoreContext, turn: NewTurn, most: number): Promise<Claim> {
  const { tenantId } = ctx
  const now = sql`${ctx.now().toISOString()}::timestamptz`
  const isIt = isOwn(ctx, turn.sessionId)
  const traceId = traceIdOf(ctx.traceparent)
  const [, [found], { rows }, earlier] = await withTenant(ctx).batch((tx) => [
    turn.begins ? tx.insert(sessions).values(rowOf(ctx, turn.begins)) : tx.execute(sql`select 1`),
    tx
      .select({ session: sessions, content: assistantVersions.content })
      .from(sessions)
      .leftJoin(assistantVersions, isItsVersion)
      .where(isIt),
    tx.execute<{ turns: number }>(sql`
      with claimed as (
        update sessions set turns = turns + 1, updated_at = ${now},
          busy_until = ${turn.busyUntil.toISOString()}::timestamptz
        where ${isIt} and (busy_until is null or busy_until <= ${now})
          and (assistant_id is null or exists (
            select from assistant_versions v where v.tenant_id = ${tenantId}
              and v.assistant_id = sessions.assistant_id and v.version = sessions.assistant_version))
          and coalesce(assistant_id = ${turn.assistantId ?? null}::uuid,
            ${turn.assistantId ?? null}::uuid is null)
        returning turns
      ), said as (
        insert into messages (tenant_id, session_id, id, turn, role, status, content, parts,
          tool_calls, fallback_used, usage, timings, trace_id, created_at)
        select ${tenantId}, ${turn.sessionId}::uuid, m.id, c.turns, m.role, m.status, m.content,
          '[]', '[]', false, '{"input_tokens":0,"output_tokens":0}', '{}', ${traceId}, ${now}
        from claimed c cross join (values
          (${turn.questionId}::uuid, 'user', 'complete', ${turn.question}),
          (${turn.answerId}::uuid, 'assistant', 'running', '')) m (id, role, status, content)
      ) select turns from claimed`),
    tx
      .select()
      .from(messages)
      .where(and(isIn(ctx, turn.sessionId), lt(messages.id, turn.questionId)))
      .orderBy(desc(messages.id))
      .limit(most),
  ])
  const { session, content = null } = found ?? {}
  return { isOrphan: false, session, content, turn: rows[0]?.turns, earlier }
}

function rowOf(ctx: StoreContext, session: NewSession) {
  const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
  const { tenantId, actor } = ctx
  return { tenantId, ...session, ...ownerOf(actor), turns: 0, createdAt, updatedAt }
}

export type Ended = Pick<
  MessageRow,
  | 'status'
  | 'reason'
  | 'content'
  | 'parts'
  | 'toolCalls'
  | 'model'
  | 'fallbackUsed'
  | 'usage'
  | 'costMicroDollars'
  | 'timings'
>

/** Writes the answer down and lets the next turn in. A turn that was given up on changes nothing. */
export async function endTurn(
  ctx: StoreContext,
  { sessionId, answerId, turn }: { sessionId: string; answerId: string; turn: number },
  ended: Ended,
): Promise<void> {
  const isAnswer = and(
    isIn(ctx, sessionId),
    eq(messages.id, answerId),
    eq(messages.status, 'running'),
  )
  const isTurn = and(isSession(ctx, sessionId), eq(sessions.turns, turn))
  await withTenant(ctx).batch((tx) => [
    tx.update(messages).set(ended).where(isAnswer),
    tx.update(sessions).set({ busyUntil: null, updatedAt: ctx.now() }).where(isTurn),
  ])
}

interface NewSummary {
  summary: string
  /** The last turn that was in the summary before. */
  summaryTurn: number
  /** The last turn that is in this one. */
  through: number
}

/** One that was made from an older summary than there is changes nothing. */
export async function updateSummary(
  ctx: StoreContext,
  sessionId: string,
  { summary, summaryTurn, through }: NewSummary,
): Promise<void> {
  const isIt = and(isSession(ctx, sessionId), eq(sessions.summaryTurn, summaryTurn))
  await withTenant(ctx).batch((tx) => [
    tx.update(sessions).set({ summary, summaryTurn: through }).where(isIt),
  ])
}

export async function markHandoff(
  ctx: StoreContext,
  sessionId: string,
  handoffReason: string,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.update(sessions).set({ handoffReason }).where(isOwn(ctx, sessionId)),
  ])
}

type About = Pick<SessionRow, 'busyUntil' | 'assistantId' | 'assistantVersion'>
export type Found = About & { message: MessageRow }

/** A message of the caller's, and until when its turn may run. */
export async function findMessage(ctx: StoreContext, id: string): Promise<Found | undefined> {
  const isOf = and(eq(sessions.tenantId, messages.tenantId), eq(sessions.id, messages.sessionId))
  const isIt = and(eq(messages.tenantId, ctx.tenantId), eq(messages.id, id), isOwners(ctx))
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({
        message: messages,
        busyUntil: sessions.busyUntil,
        assistantId: sessions.assistantId,
        assistantVersion: sessions.assistantVersion,
      })
      .from(messages)
      .innerJoin(sessions, isOf)
      .where(isIt),
  ])
  return row
}

/** Of a left join: the version a conversation began with. */
export const isItsVersion = and(
  eq(assistantVersions.tenantId, sessions.tenantId),
  eq(assistantVersions.assistantId, sessions.assistantId),
  eq(assistantVersions.version, sessions.assistantVersion),
)

export const isSession = ({ tenantId }: StoreContext, id: string) =>
  and(eq(sessions.tenantId, tenantId), eq(sessions.id, id))

export const isIn = ({ tenantId }: StoreContext, sessionId: string) =>
  and(eq(messages.tenantId, tenantId), eq(messages.sessionId, sessionId))

export function isOwners({ actor }: StoreContext): SQL {
  const { userId, keyId } = ownerOf(actor)
  return userId === null ? eq(sessions.keyId, keyId ?? '') : eq(sessions.userId, userId)
}

export const isOwn = (ctx: StoreContext, id: string) => and(isSession(ctx, id), isOwners(ctx))
