/** HTTP for how a document was cut, GET /api/admin/kb/documents/{id}/chunks. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { ChunkPage, ChunkQuery } from './chunk-schemas.ts'
import { getDocumentChunks, type ReadingContext } from './document-read-service.ts'

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: '/api/admin/kb/documents/{id}/chunks',
    operationId: 'listDocumentChunks',
    tags: ['knowledge'],
    description: 'What searches find of it: spans of the text that GET …/text answers.',
    request: { params: z.object({ id: z.uuid('must be an id this API gave') }), query: ChunkQuery },
    responses: {
      200: json(ChunkPage, 'Chunks in reading order'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
    },
  }),
)

export const chunkRoutes = createRouter<AppEnv<ReadingContext>>().openapi(list, async (c) => {
  const { id } = c.req.valid('param')
  return c.json(await getDocumentChunks(c.var.ctx, id, c.req.valid('query')), 200)
})
