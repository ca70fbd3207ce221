/** HTTP for searching, POST /api/search. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { Explained, ExplainQuery } from './explain-schemas.ts'
import { explainAbsence } from './explain-service.ts'
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

const explain = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/api/search/explain',
      operationId: 'explainSearch',
      tags: ['knowledge'],
      description:
        'Where a document, or one of its chunks, stands for a query, and what kept it out.',
      request: { body: jsonBody(ExplainQuery) },
      responses: {
        200: json(Explained, 'Why it is found or not'),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'invalid_fields'),
        ...problems('dependency_down', 'timed_out'),
      },
    }),
  ),
)

export const searchRoutes = createRouter<AppEnv<SearchContext & LimitContext>>()
  .openapi(search, async (c) =>
    c.json(await searchBases(c.var.ctx, c.req.valid('json'), c.req.raw.signal), 200),
  )
  .openapi(explain, async (c) =>
    c.json(await explainAbsence(c.var.ctx, c.req.valid('json'), c.req.raw.signal), 200),
  )
