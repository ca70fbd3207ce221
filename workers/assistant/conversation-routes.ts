/**
 * HTTP for conversations: the caller's own at /api/conversations, and all of the tenant, for those who
 * may read them, at /api/admin/conversations.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import {
  type ConversationContext,
  deleteConversation,
  exportConversation,
  getConversation,
  listConversations,
  listMessages,
  rateMessage,
  renameConversation,
} from './conversation-service.ts'
import {
  AnyConversationQuery,
  Conversation,
  ConversationExport,
  ConversationPage,
  ConversationQuery,
  MessageFeedback,
  MessagePage,
  MessageQuery,
  NewMessageFeedback,
  Rename,
} from './schemas.ts'

const TAGS = ['assistant']
const PATH = '/api/conversations/{id}'
const ADMIN = '/api/admin/conversations'
const params = z.object({ id: z.uuid('must be an id this API gave') })
const REFUSALS = problems('unauthenticated', 'forbidden', 'invalid_fields')

const list = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: '/api/conversations',
    operationId: 'listConversations',
    tags: TAGS,
    request: { query: ConversationQuery },
    responses: { 200: json(ConversationPage, 'The caller’s own, newest first'), ...REFUSALS },
  }),
)

const get = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'getConversation',
    tags: TAGS,
    request: { params },
    responses: { 200: json(Conversation, 'It'), ...REFUSALS, ...problems('not_found') },
  }),
)

const rename = secured(
  'rag.query',
  createRoute({
    method: 'patch',
    path: PATH,
    operationId: 'renameConversation',
    tags: TAGS,
    request: { params, body: jsonBody(Rename) },
    responses: { 200: json(Conversation, 'Renamed'), ...REFUSALS, ...problems('not_found') },
  }),
)

const remove = secured(
  'rag.query',
  createRoute({
    method: 'delete',
    path: PATH,
    operationId: 'deleteConversation',
    tags: TAGS,
    request: { params },
    responses: {
      204: { description: 'Deleted, with all its messages' },
      ...REFUSALS,
      ...problems('not_found'),
    },
  }),
)

const messages = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: `${PATH}/messages`,
    operationId: 'listMessages',
    tags: TAGS,
    request: { params, query: MessageQuery },
    responses: { 200: json(MessagePage, 'Oldest first'), ...REFUSALS, ...problems('not_found') },
  }),
)

const exported = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: `${PATH}/export`,
    operationId: 'exportConversation',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(ConversationExport, 'The conversation and all its messages, as a file'),
      ...REFUSALS,
      ...problems('not_found'),
    },
  }),
)

const rate = secured(
  'rag.query',
  createRoute({
    method: 'put',
    path: '/api/assistant/messages/{id}/feedback',
    operationId: 'rateMessage',
    summary: 'Rate an answer from 0 to 5; rated again, the last rating holds',
    tags: TAGS,
    request: { params, body: jsonBody(NewMessageFeedback) },
    responses: { 200: json(MessageFeedback, 'The rating'), ...REFUSALS, ...problems('not_found') },
  }),
)

const READ = 'Each reading of what is not the caller’s own is in the audit log.'

const listAny = secured(
  'conversation.read',
  createRoute({
    method: 'get',
    path: ADMIN,
    operationId: 'listAnyConversations',
    tags: TAGS,
    description: READ,
    request: { query: AnyConversationQuery },
    responses: { 200: json(ConversationPage, 'The tenant’s, newest first'), ...REFUSALS },
  }),
)

const getAny = secured(
  'conversation.read',
  createRoute({
    method: 'get',
    path: `${ADMIN}/{id}`,
    operationId: 'getAnyConversation',
    tags: TAGS,
    description: READ,
    request: { params },
    responses: { 200: json(Conversation, 'It'), ...REFUSALS, ...problems('not_found') },
  }),
)

const anyMessages = secured(
  'conversation.read',
  createRoute({
    method: 'get',
    path: `${ADMIN}/{id}/messages`,
    operationId: 'listAnyMessages',
    tags: TAGS,
    description: READ,
    request: { params, query: MessageQuery },
    responses: { 200: json(MessagePage, 'Oldest first'), ...REFUSALS, ...problems('not_found') },
  }),
)

const exportedAny = secured(
  'conversation.read',
  createRoute({
    method: 'get',
    path: `${ADMIN}/{id}/export`,
    operationId: 'exportAnyConversation',
    tags: TAGS,
    description: READ,
    request: { params },
    responses: {
      200: json(ConversationExport, 'The conversation and all its messages, as a file'),
      ...REFUSALS,
      ...problems('not_found'),
    },
  }),
)

export const conversationRoutes = createRouter<AppEnv<ConversationContext>>()
  .openapi(rate, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await rateMessage(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(list, async (c) => {
    return c.json(await listConversations(c.var.ctx, c.req.valid('query'), 'own'), 200)
  })
  .openapi(get, async (c) => {
    return c.json(await getConversation(c.var.ctx, c.req.valid('param').id, 'own'), 200)
  })
  .openapi(rename, async (c) => {
    const { title } = c.req.valid('json')
    return c.json(await renameConversation(c.var.ctx, c.req.valid('param').id, title), 200)
  })
  .openapi(remove, async (c) => {
    await deleteConversation(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(messages, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await listMessages(c.var.ctx, id, c.req.valid('query'), 'own'), 200)
  })
  .openapi(exported, async (c) => {
    const { id } = c.req.valid('param')
    c.header('content-disposition', fileOf(id))
    return c.json(await exportConversation(c.var.ctx, id, 'own'), 200)
  })
  .openapi(listAny, async (c) => {
    return c.json(await listConversations(c.var.ctx, c.req.valid('query'), 'everyone'), 200)
  })
  .openapi(getAny, async (c) => {
    return c.json(await getConversation(c.var.ctx, c.req.valid('param').id, 'everyone'), 200)
  })
  .openapi(anyMessages, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await listMessages(c.var.ctx, id, c.req.valid('query'), 'everyone'), 200)
  })
  .openapi(exportedAny, async (c) => {
    const { id } = c.req.valid('param')
    c.header('content-disposition', fileOf(id))
    return c.json(await exportConversation(c.var.ctx, id, 'everyone'), 200)
  })

const fileOf = (id: string) => `attachment; filename="conversation-${id}.json"`
