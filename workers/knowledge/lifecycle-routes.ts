/** HTTP for the runs of documents: begun again, cancelled, told of, taken up again. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import type { DocumentContext } from './document-service.ts'
import {
  cancelDocument,
  getDocumentEvents,
  listDeadLetters,
  replayDeadLetter,
  retryFailed,
  startRun,
} from './lifecycle-service.ts'
import { DeadLetterPage, DocumentEvents, LetterQuery, RetriedAll, Submitted } from './schemas.ts'

const TAGS = ['knowledge']
const PATH = '/api/admin/kb/documents'
const LETTERS = '/api/admin/kb/dead-letters'
const params = z.object({ id: z.uuid('must be an id this API gave') })

const retry = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${PATH}/{id}/retry`,
      operationId: 'retryDocument',
      tags: TAGS,
      request: { params },
      responses: {
        202: json(Submitted, 'Begun anew from the stored file; until then the old text is found'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

const reindex = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${PATH}/{id}/reindex`,
      operationId: 'reindexDocument',
      tags: TAGS,
      request: { params },
      responses: {
        202: json(Submitted, 'Read and indexed again; until then the old text is found'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

const cancel = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${PATH}/{id}/cancel`,
      operationId: 'cancelDocument',
      tags: TAGS,
      request: { params },
      responses: {
        200: json(Submitted, 'The run is over; text that was found before still is'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
      },
    }),
  ),
)

const retryAll = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: '/api/admin/kb/failed-documents/retry',
      operationId: 'retryFailedDocuments',
      tags: TAGS,
      responses: {
        202: json(
          RetriedAll,
          'Up to 50 failed documents begun anew, those first that failed first',
        ),
        ...problems('unauthenticated', 'forbidden'),
      },
    }),
  ),
)

const events = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}/events`,
    operationId: 'listDocumentEvents',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(DocumentEvents, 'What became of its runs, newest first'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const letters = secured(
  'kb.write',
  createRoute({
    method: 'get',
    path: LETTERS,
    operationId: 'listDeadLetters',
    tags: TAGS,
    request: { query: LetterQuery },
    responses: {
      200: json(DeadLetterPage, 'Parts of documents that were given up, newest first'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields'),
    },
  }),
)

const replay = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${LETTERS}/{id}/replay`,
      operationId: 'replayDeadLetter',
      tags: TAGS,
      request: { params },
      responses: {
        202: json(Submitted, 'Sent again: the run goes on where it stopped'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

export const lifecycleRoutes = createRouter<AppEnv<DocumentContext & LimitContext>>()
  .openapi(retry, async (c) => {
    return c.json(await startRun(c.var.ctx, c.req.valid('param').id, 'doc.retry'), 202)
  })
  .openapi(reindex, async (c) => {
    return c.json(await startRun(c.var.ctx, c.req.valid('param').id, 'doc.reindex'), 202)
  })
  .openapi(cancel, async (c) => {
    return c.json(await cancelDocument(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(retryAll, async (c) => c.json(await retryFailed(c.var.ctx), 202))
  .openapi(events, async (c) => {
    return c.json(await getDocumentEvents(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(letters, async (c) =>
    c.json(await listDeadLetters(c.var.ctx, c.req.valid('query')), 200),
  )
  .openapi(replay, async (c) => {
    return c.json(await replayDeadLetter(c.var.ctx, c.req.valid('param').id), 202)
  })
