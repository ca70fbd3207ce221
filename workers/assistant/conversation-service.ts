/**
 * Conversations as things: listed, searched, read, renamed, exported, deleted by whose they are. Others'
 * can be read with a permission of its own, and each time the audit log says so.
 */
import { ownerOf } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import * as store from './conversation-store.ts'
import { citationsOf } from './reply.ts'
import type {
  AnyConversationQuery,
  Conversation,
  ConversationExport,
  ConversationPage,
  Message,
  MessageFeedback,
  MessagePage,
  MessageQuery,
  NewMessageFeedback,
} from './schemas.ts'
import { type MessageRow, type StoreContext } from './store.ts'

export type ConversationContext = StoreContext & AuditContext

/** Messages per round trip of an export. */
const PAGE = 200

export async function listConversations(
  ctx: ConversationContext,
  query: AnyConversationQuery,
  whose: store.Whose,
): Promise<ConversationPage> {
  const rows = await store.selectSessions(ctx, { ...query, limit: query.limit + 1 }, whose)
  const items = rows.slice(0, query.limit).map(toConversation)
  // Titles are what people asked.
  if (whose === 'everyone') {
    const resource = { type: 'tenant', id: ctx.tenantId }
    recordAudit(ctx, 'conversation.read', { resource, facts: { listed: items.length } })
  }
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getConversation(
  ctx: ConversationContext,
  id: string,
  whose: store.Whose,
): Promise<Conversation> {
  const row = await store.findSession(ctx, id, whose)
  if (!row) throw missing(whose)
  if (whose === 'everyone' && !isOwn(ctx, row)) {
    recordAudit(ctx, 'conversation.read', { resource: { type: 'conversation', id } })
  }
  return toConversation(row)
}

/** @throws ProblemError not_found */
export async function listMessages(
  ctx: ConversationContext,
  id: string,
  query: MessageQuery,
  whose: store.Whose,
): Promise<MessagePage> {
  await getConversation(ctx, id, whose)
  const rows = await store.selectMessages(ctx, id, { ...query, limit: query.limit + 1 })
  const items = rows.slice(0, query.limit).map(toMessage)
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function renameConversation(
  ctx: ConversationContext,
  id: string,
  title: string,
): Promise<Conversation> {
  if (!(await store.renameSession(ctx, id, title))) throw missing('own')
  return getConversation(ctx, id, 'own')
}

/** Of an answer; the last rating holds. Only who asked may. @throws ProblemError not_found */
export async function rateMessage(
  ctx: ConversationContext,
  id: string,
  given: NewMessageFeedback,
): Promise<MessageFeedback> {
  const rated = await store.rateMessage(ctx, id, given)
  if (!rated) throw new ProblemError('not_found', 'You were given no such answer.')
  if (rated.isFirst) {
    ctx.metrics.observe('voiceassist_rag_query_satisfaction_score', {}, given.rating)
  }
  return { ...given, rated_at: rated.at.toISOString() }
}

/** With all its messages. @throws ProblemError not_found */
export async function deleteConversation(ctx: ConversationContext, id: string): Promise<void> {
  if (!(await store.deleteSession(ctx, id))) throw missing('own')
}

/** All of it. @throws ProblemError not_found */
export async function exportConversation(
  ctx: ConversationContext,
  id: string,
  whose: store.Whose,
): Promise<ConversationExport> {
  const conversation = await getConversation(ctx, id, whose)
  const messages: Message[] = []
  for (let cursor: string | undefined, isMore = true; isMore; cursor = messages.at(-1)?.id) {
    const rows = await store.selectMessages(ctx, id, { limit: PAGE, ...(cursor && { cursor }) })
    messages.push(...rows.map(toMessage))
    isMore = rows.length === PAGE
  }
  recordAudit(ctx, 'conversation.export', { resource: { type: 'conversation', id } })
  return { exported_at: ctx.now().toISOString(), conversation, messages }
}

const missing = (whose: store.Whose) =>
  new ProblemError(
    'not_found',
    whose === 'own' ? 'You have no such conversation.' : 'This tenant has no such conversation.',
  )

function isOwn({ actor }: ConversationContext, row: store.ConversationRow): boolean {
  const { userId, keyId } = ownerOf(actor)
  return row.userId === userId && row.keyId === keyId
}

const toConversation = (row: store.ConversationRow): Conversation => ({
  id: row.id,
  title: row.title,
  language: row.language,
  owner:
    row.userId === null
      ? { type: 'key', id: row.keyId ?? '', name: null }
      : { type: 'user', id: row.userId, name: row.userName },
  assistant:
    row.assistantId === null || row.assistantVersion === null
      ? null
      : { id: row.assistantId, version: row.assistantVersion, name: row.assistantName },
  status: row.handoffReason === null ? 'open' : 'handed_off',
  handoff_reason: row.handoffReason,
  turns: row.turns,
  summary: row.summary,
  cost_micro_dollars: row.costMicroDollars,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
})

const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  turn: row.turn,
  role: row.role,
  status: row.status,
  reason: row.reason,
  content: row.content,
  parts: row.parts,
  citations: citationsOf(row.parts),
  tool_calls: row.toolCalls,
  model: row.model,
  fallback_used: row.fallbackUsed,
  usage: row.usage,
  cost_micro_dollars: row.costMicroDollars,
  timings: row.timings,
  trace_id: row.traceId,
  feedback: feedbackOf(row),
  created_at: row.createdAt.toISOString(),
})

const feedbackOf = ({ rating, ratingReason, ratedAt }: MessageRow): MessageFeedback | null =>
  rating === null || ratedAt === null
    ? null
    : { rating, reason: ratingReason ?? '', rated_at: ratedAt.toISOString() }
