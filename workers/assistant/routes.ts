/** HTTP for messages to an assistant, /api/assistant/messages. Conversations are conversation-routes.ts. */
import { createRoute, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { ProblemError } from '../../shared/errors.ts'
import { eventsResponse, streamEvents } from '../../shared/events.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { parsePosition, START } from './position.ts'
import { EmptyMessage, NewMessage, Reply } from './schemas.ts'
import { type AssistantContext, type MessageEvent, resumeMessage, sendMessage } from './service.ts'

const TAGS = ['assistant']
const params = z.object({ id: z.uuid('must be an id this API gave') })
const REFUSALS = problems('unauthenticated', 'forbidden', 'invalid_fields')

const EVENTS =
  '`begun` with the ids, then `delta` {text}, `tool_call`, `tool_result`, `citation` and, at the end, `usage` and `done` with the whole reply; `error` with a problem when it fails'

/**
 * JSON is UTF-8 (RFC 8259, section 8.1). Read as usual, other bytes would become U+FFFD, and the answer
 * one to what nobody has said.
 */
const requireUtf8 = createMiddleware(async (c, next) => {
  const bytes = await c.req.arrayBuffer()
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    const errors = [{ in: 'json', pointer: '', detail: 'must be UTF-8' }]
    throw new ProblemError('invalid_request', 'The body is not UTF-8.', { errors })
  }
  await next()
})

const send = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/api/assistant/messages',
      operationId: 'sendMessage',
      tags: TAGS,
      middleware: [requireUtf8],
      request: { body: jsonBody(NewMessage) },
      responses: {
        ...REFUSALS,
        ...problems('invalid_request', 'not_found', 'conflict', 'dependency_down', 'timed_out'),
        200: eventsResponse(
          `The reply as JSON; or, when text/event-stream is accepted, ${EVENTS}`,
          {
            'application/json': { schema: Reply },
          },
        ),
        422: json(EmptyMessage, 'There is no message, or other fields are not valid'),
      },
    }),
  ),
)

const resume = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: '/api/assistant/messages/{id}/events',
    operationId: 'resumeMessage',
    tags: TAGS,
    request: {
      params,
      headers: z.object({ 'last-event-id': z.string().optional() }),
    },
    responses: {
      200: eventsResponse(`What is left of an answer behind Last-Event-ID: ${EVENTS}`),
      ...REFUSALS,
      ...problems('not_found', 'timed_out'),
    },
  }),
)

type RoutesEnv = AppEnv<AssistantContext & LimitContext>

export const assistantRoutes = createRouter<RoutesEnv>()
  .openapi(send, async (c) => {
    const asked = c.req.valid('json')
    if (asked.message.trim() === '') return c.json(EMPTY, 422)
    if (c.req.header('accept')?.includes('text/event-stream')) {
      return streamEvents(c, (signal) => sendMessage(c.var.ctx, asked, signal), frameOf)
    }
    for await (const event of sendMessage(c.var.ctx, asked, c.req.raw.signal)) {
      if (event.type === 'done') return c.json(event.reply, 200)
    }
    throw new Error('an answer always ends with done')
  })
  .openapi(resume, async (c) => {
    const given = c.req.valid('header')['last-event-id']
    const from = given === undefined ? START : parsePosition(given)
    if (!from) {
      const detail = 'is not the id of an event of this answer'
      const errors = [{ in: 'header', pointer: '/last-event-id', detail }]
      throw new ProblemError('invalid_fields', 'Correct Last-Event-ID.', { errors })
    }
    const { id } = c.req.valid('param')
    return streamEvents(c, (signal) => resumeMessage(c.var.ctx, id, from, signal), frameOf)
  })

const EMPTY = {
  success: false as const,
  error: 'Write a message: it is empty.',
  type: '/problems/invalid_fields',
  title: 'Some fields are not valid',
  status: 422,
  code: 'invalid_fields',
  detail: 'Write a message: it is empty.',
  errors: [{ in: 'json', pointer: '/message', detail: 'must not be empty' }],
}

function frameOf(event: MessageEvent): [event: string, data: object, id?: string] {
  switch (event.type) {
    case 'begun':
      return ['begun', { session_id: event.sessionId, message_id: event.messageId }]
    case 'part':
      return frameOfPart(event)
    case 'usage':
      return ['usage', event.usage]
    case 'done':
      return ['done', event.reply]
  }
}

function frameOfPart({
  part,
  position,
}: Extract<MessageEvent, { type: 'part' }>): [event: string, data: object, id: string] {
  if (part.type === 'text') return ['delta', { text: part.text }, position]
  if (part.type === 'citation') return ['citation', part.citation, position]
  const { type, ...data } = part
  return [type, data, position]
}
