/** HTTP for flags that could go, and the code that names them. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  ReferenceList,
  ReferenceQuery,
  ReferenceScan,
  StaleQuery,
  StaleReport,
} from './lifecycle-schemas.ts'
import * as lifecycle from './lifecycle-service.ts'
import type { FlagContext } from './service.ts'

const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const stale = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: '/api/admin/flag-stale',
    operationId: 'reportStaleFlags',
    tags: ['flags'],
    request: { query: StaleQuery },
    responses: {
      200: json(StaleReport, 'Flags that could go, and why'),
      ...problems(...refusals),
    },
  }),
)

const REFERENCES = '/api/admin/flag-references'

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: REFERENCES,
    operationId: 'listFlagReferences',
    tags: ['flags'],
    request: { query: ReferenceQuery },
    responses: {
      200: json(ReferenceList, 'Where code names flags, as the last scans found'),
      ...problems(...refusals),
    },
  }),
)

const put = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'put',
      path: REFERENCES,
      operationId: 'putFlagReferences',
      tags: ['flags'],
      request: { body: jsonBody(ReferenceScan) },
      responses: {
        200: json(ReferenceList, 'What is known of the repository now'),
        ...problems(...refusals, 'payload_too_large'),
      },
    }),
  ),
)

export const flagLifecycleRoutes = createRouter<AppEnv<FlagContext & LimitContext>>()
  .openapi(stale, async (c) =>
    c.json(await lifecycle.reportStale(c.var.ctx, c.req.valid('query')), 200),
  )
  .openapi(list, async (c) => {
    const { repository } = c.req.valid('query')
    return c.json(await lifecycle.listReferences(c.var.ctx, repository), 200)
  })
  .openapi(put, async (c) =>
    c.json(await lifecycle.putReferences(c.var.ctx, c.req.valid('json')), 200),
  )
