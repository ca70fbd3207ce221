/** Conversations as things: listed, searched, read, renamed, exported, deleted, by whose they are. */
import { ProblemError } from '../../shared/errors.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import { citationsOf } from './reply.ts'
import type {
  Conversation,
  ConversationExport,
  ConversationPage,
  ConversationQuery,
  Message,
  MessagePage,
  MessageQuery,
} from './schemas.ts'
import * as store from './store.ts'

export type ConversationContext = store.StoreContext & AuditContext

/** Messages per round trip of an export. */
const PAGE = 200

export async function listConversations(
  ctx: ConversationContext,
  query: ConversationQuery,
): Promise<ConversationPage> {
  const rows = await store.selectSessions(ctx, { ...query, limit: query.limit + 1 })
  const items = rows.slice(0, query.limit).map(toConversation)
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getConversation(ctx: ConversationContext, id: string): Promise<Conversation> {
  const row = await store.findSession(ctx, id)
  if (!row) throw missing()
  return toConversation(row)
}

/** @throws ProblemError not_found */
export async function listMessages(
  ctx: ConversationContext,
  id: string,
  query: MessageQuery,
): Promise<MessagePage> {
  await getConversation(ctx, id)
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
  const row = await store.renameSession(ctx, id, title)
  if (!row) throw missing()
  return toConversation(row)
}

/** With all its messages. @throws ProblemError not_found */
export async function deleteConversation(ctx: ConversationContext, id: string): Promise<void> {
  if (!(await store.deleteSession(ctx, id))) throw missing()
}

/** All of it. @throws ProblemError not_found */
export async function exportConversation(
  ctx: ConversationContext,
  id: string,
): Promise<ConversationExport> {
  const conversation = await getConversation(ctx, id)
  const messages: Message[] = []
  for (let cursor: string | undefined, isMore = true; isMore; cursor = messages.at(-1)?.id) {
    const rows = await store.selectMessages(ctx, id, { limit: PAGE, ...(cursor && { cursor }) })
    messages.push(...rows.map(toMessage))
    isMore = rows.length === PAGE
  }
  recordAudit(ctx, 'conversation.export', { resource: { type: 'conversation', id } })
  return { exported_at: ctx.now().toISOString(), conversation, messages }
}

const missing = () => new ProblemError('not_found', 'You have no such conversation.')

const toConversation = (row: store.SessionRow): Conversation => ({
  id: row.id,
  title: row.title,
  language: row.language,
  status: row.handoffReason === null ? 'open' : 'handed_off',
  handoff_reason: row.handoffReason,
  turns: row.turns,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
})

const toMessage = (row: store.MessageRow): Message => ({
  id: row.id,
  turn: row.turn,
  role: row.role,
  status: row.status,
  reason: row.reason,
  content: row.content,
  citations: citationsOf(row.parts),
  tool_calls: row.toolCalls,
  model: row.model,
  usage: row.usage,
  cost_micro_dollars: row.costMicroDollars,
  timings: row.timings,
  created_at: row.createdAt.toISOString(),
})
