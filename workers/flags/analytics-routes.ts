/** HTTP for what evaluations were counted. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { AnalyticsQuery, AnalyticsReport, FlagAnalytics } from './analytics-schemas.ts'
import { readAnalytics, reportAnalytics } from './analytics-service.ts'
import { FlagName } from './model-schemas.ts'
import type { FlagContext } from './service.ts'

const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const ofFlag = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: '/api/admin/feature-flags/{name}/analytics',
    operationId: 'readFlagAnalytics',
    tags: ['flags'],
    request: { params: z.object({ name: FlagName }), query: AnalyticsQuery },
    responses: {
      200: json(FlagAnalytics, 'Evaluations by variant and reason, over time'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

/** Not below feature-flags: a flag may be named analytics. */
const ofAll = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: '/api/admin/flag-analytics',
    operationId: 'reportFlagAnalytics',
    tags: ['flags'],
    request: { query: AnalyticsQuery },
    responses: {
      200: json(AnalyticsReport, 'Sums by flag, the busiest first'),
      ...problems(...refusals),
    },
  }),
)

export const flagAnalyticsRoutes = createRouter<AppEnv<FlagContext>>()
  .openapi(ofFlag, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await readAnalytics(c.var.ctx, name, c.req.valid('query')), 200)
  })
  .openapi(ofAll, async (c) => c.json(await reportAnalytics(c.var.ctx, c.req.valid('query')), 200))
