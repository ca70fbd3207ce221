/**
 * HTTP for the knowledge base: documents and jobs under /api/admin/kb, questions at /api/ask. What is
 * done to the runs of documents is lifecycle-routes.ts.
 */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { eventsResponse, streamEvents } from '../../shared/events.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { DocumentChange } from './access-schemas.ts'
import { changeDocument } from './access-service.ts'
import {
  getDocument,
  getDocumentText,
  listDocuments,
  type ReadingContext,
} from './document-read-service.ts'
import { addDocument, deleteDocument, followJob, getJob } from './document-service.ts'
import { ACCEPTED } from './formats.ts'
import {
  Answer,
  type AnswerEvent,
  type AskEvent,
  Document,
  DocumentPage,
  DocumentQuery,
  DocumentText,
  isTerminal,
  Job,
  Question,
  Submitted,
} from './schemas.ts'
import { answerQuestion, type KnowledgeContext } from './service.ts'
import { UploadQuery } from './upload-schemas.ts'

const TAGS = ['knowledge']
const PATH = '/api/admin/kb/documents'
const params = z.object({ id: z.uuid('must be an id this API gave') })

/** Files are read as they arrive, so the body is documented here and checked by the service. */
const fileBody: NonNullable<RouteConfig['requestBody']> = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: {
          file: { type: 'string', format: 'binary', description: `${ACCEPTED}; ≤ 25 MB` },
          labels: { type: 'string', description: 'JSON of DocumentLabels; left out: everybody' },
          phi: { type: 'string', description: '`true` for health data' },
          attributes: { type: 'string', description: 'JSON of Attributes' },
        },
      },
    },
  },
}

const upload = limited(
  'upload',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: PATH,
      operationId: 'addDocument',
      tags: TAGS,
      request: { query: UploadQuery },
      requestBody: fileBody,
      responses: {
        200: json(Submitted, 'These bytes are in the knowledge base already; nothing was changed'),
        201: json(Submitted, 'Taken in and indexed, for the flag async_indexing is off'),
        202: json(Submitted, 'Taken in; the job says how indexing goes'),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'payload_too_large'),
        ...problems('unsupported_media_type', 'invalid_fields', 'not_found', 'conflict'),
      },
    }),
  ),
)

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listDocuments',
    tags: TAGS,
    request: { query: DocumentQuery },
    responses: {
      200: json(DocumentPage, 'Documents, newest first'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields'),
    },
  }),
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getDocument',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(Document, 'The document and the state of its newest indexing run'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const change = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'patch',
      path: `${PATH}/{id}`,
      operationId: 'changeDocument',
      tags: TAGS,
      description: 'Who may read it and what is known of it; what is left out stays as it is.',
      request: { params, body: jsonBody(DocumentChange) },
      responses: {
        200: json(Document, 'The document; from now on found by who may read it'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'kb.delete',
    createRoute({
      method: 'delete',
      path: `${PATH}/{id}`,
      operationId: 'deleteDocument',
      tags: TAGS,
      request: { params },
      responses: {
        204: { description: 'Deleted; from now on nothing of it is found' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
      },
    }),
  ),
)

const text = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}/text`,
    operationId: 'getDocumentText',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(DocumentText, 'The text that citations point into'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
    },
  }),
)

const job = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: '/api/admin/kb/jobs/{id}',
    operationId: 'getJob',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(Job, 'One indexing run'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const jobEvents = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: '/api/admin/kb/jobs/{id}/events',
    operationId: 'followJob',
    tags: TAGS,
    request: { params },
    responses: {
      200: eventsResponse('`progress` events with the job, each time it changed, until it is over'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const ask = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/api/ask',
      operationId: 'ask',
      tags: TAGS,
      request: { body: jsonBody(Question) },
      responses: {
        200: eventsResponse(
          'The answer as JSON; or, when text/event-stream is accepted, `delta`, `citation` and last `done`',
          { 'application/json': { schema: Answer } },
        ),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'invalid_fields'),
        ...problems('dependency_down', 'timed_out'),
      },
    }),
  ),
)

type RoutesEnv = AppEnv<ReadingContext & KnowledgeContext & LimitContext>

export const knowledgeRoutes = createRouter<RoutesEnv>()
  .openapi(upload, async (c) => {
    const body = { contentType: c.req.header('content-type'), stream: c.req.raw.body }
    const {
      isNew,
      document,
      job: started,
    } = await addDocument(c.var.ctx, c.req.valid('query').kb, body)
    if (!isNew) return c.json({ document, job: started }, 200)
    return c.json({ document, job: started }, isTerminal(started.status) ? 201 : 202)
  })
  .openapi(list, async (c) => c.json(await listDocuments(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) => c.json(await getDocument(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await changeDocument(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await deleteDocument(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(text, async (c) => {
    return c.json(await getDocumentText(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(job, async (c) => c.json(await getJob(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(jobEvents, async (c) => {
    const { id } = c.req.valid('param')
    return streamEvents(
      c,
      (signal) => followJob(c.var.ctx, id, signal),
      (data) => ['progress', data],
    )
  })
  .openapi(ask, async (c) => {
    const question = c.req.valid('json')
    c.var.ctx.metrics.inc('messages_sent_total', { conversation_type: 'text' })
    if (c.req.header('accept')?.includes('text/event-stream')) {
      return streamEvents(c, (signal) => said(answerQuestion(c.var.ctx, question, signal)), frameOf)
    }
    for await (const event of answerQuestion(c.var.ctx, question, c.req.raw.signal)) {
      if (event.type === 'done') return c.json(event.answer, 200)
    }
    throw new Error('an answer always ends with done')
  })

/** What the model was shown is no part of the answer. */
async function* said(events: AsyncGenerator<AskEvent>): AsyncGenerator<AnswerEvent> {
  for await (const event of events) if (event.type !== 'found') yield event
}

function frameOf(event: AnswerEvent): [string, object] {
  if (event.type === 'delta') return ['delta', { text: event.text }]
  return event.type === 'citation' ? ['citation', event.citation] : ['done', event.answer]
}
