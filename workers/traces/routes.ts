/** HTTP for kept traces, under /api/admin/ops and, over all tenants, /api/admin/platform. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import {
  Performance,
  PerformanceQuery,
  Trace,
  TracePage,
  TraceParam,
  TraceQuery,
} from './schemas.ts'
import { describePerformance, getTrace, listTraces, type TraceContext } from './service.ts'

const TAGS = ['ops']
const OWN = '/api/admin/ops/traces'
const ALL = '/api/admin/platform/traces'
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'audit.read',
  createRoute({
    method: 'get',
    path: OWN,
    operationId: 'listTraces',
    tags: TAGS,
    description:
      'What was kept of the tenant’s traces of the last seven days: a sample, and all that failed or took longer than a second.',
    request: { query: TraceQuery },
    responses: { 200: json(TracePage, 'Newest first'), ...problems(...refusals) },
  }),
)

const get = secured(
  'audit.read',
  createRoute({
    method: 'get',
    path: `${OWN}/{traceId}`,
    operationId: 'getTrace',
    tags: TAGS,
    request: { params: TraceParam },
    responses: {
      200: json(Trace, 'The tenant’s spans of it'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const listAll = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: ALL,
    operationId: 'listAllTraces',
    tags: TAGS,
    description: 'Traces of all tenants, and of work that belongs to none.',
    request: { query: TraceQuery },
    responses: { 200: json(TracePage, 'Newest first'), ...problems(...refusals) },
  }),
)

const getAny = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: `${ALL}/{traceId}`,
    operationId: 'getAnyTrace',
    tags: TAGS,
    request: { params: TraceParam },
    responses: { 200: json(Trace, 'All spans of it'), ...problems(...refusals, 'not_found') },
  }),
)

const performance = secured(
  'audit.read',
  createRoute({
    method: 'get',
    path: '/api/admin/ops/performance',
    operationId: 'getPerformance',
    tags: TAGS,
    description: 'How long the tenant’s requests took, by route, from those that were sampled.',
    request: { query: PerformanceQuery },
    responses: { 200: json(Performance, 'The slowest first'), ...problems(...refusals) },
  }),
)

export const traceRoutes = createRouter<AppEnv<TraceContext>>()
  .openapi(list, async (c) => c.json(await listTraces(c.var.ctx, c.req.valid('query'), 'own'), 200))
  .openapi(get, async (c) => {
    return c.json(await getTrace(c.var.ctx, c.req.valid('param').traceId, 'own'), 200)
  })
  .openapi(listAll, async (c) => {
    return c.json(await listTraces(c.var.ctx, c.req.valid('query'), 'all'), 200)
  })
  .openapi(getAny, async (c) => {
    return c.json(await getTrace(c.var.ctx, c.req.valid('param').traceId, 'all'), 200)
  })
  .openapi(performance, async (c) => {
    return c.json(await describePerformance(c.var.ctx, c.req.valid('query')), 200)
  })
