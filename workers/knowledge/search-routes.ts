/** HTTP for searching, POST /api/search. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { SearchQuery, SearchResult } from './search-schemas.ts'
import { searchBases, type SearchContext } from './search-service.ts'

const search = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/api/search',
      operationId: 'search',
      tags: ['knowledge'],
      request: { body: jsonBody(SearchQuery) },
      responses: {
        200: json(SearchResult, 'The best chunks, best first, with every score'),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'invalid_fields'),
        ...problems('dependency_down', 'timed_out'),
      },
    }),
  ),
)

export const searchRoutes = createRouter<AppEnv<SearchContext & LimitContext>>().openapi(
  search,
  async (c) => c.json(await searchBases(c.var.ctx, c.req.valid('json'), c.req.raw.signal), 200),
)
