/** HTTP for explanations of decisions and previews of changes. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { Explanation, ExplainQuery, Impact, PreviewRequest } from './explain-schemas.ts'
import { explainFlag, previewFlag } from './explain-service.ts'
import { FlagName } from './model-schemas.ts'
import type { FlagContext } from './service.ts'

const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const explain = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: '/api/flags/{key}/explain',
    operationId: 'explainFlag',
    summary: 'Decides again, at any version, and says which rules were looked at',
    tags: ['flags'],
    request: { params: z.object({ key: FlagName }), query: ExplainQuery },
    responses: {
      200: json(Explanation, 'The value, and what led to it'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const preview = secured(
  'flag.write',
  createRoute({
    method: 'post',
    path: '/api/admin/feature-flags/{name}/preview',
    operationId: 'previewFlag',
    summary: 'Tries a change on contexts that asked lately, and publishes nothing',
    tags: ['flags'],
    request: { params: z.object({ name: FlagName }), body: jsonBody(PreviewRequest) },
    responses: {
      200: json(Impact, 'Who flips'),
      ...problems(...refusals, 'invalid_request', 'not_found', 'conflict'),
    },
  }),
)

export const explainRoutes = createRouter<AppEnv<FlagContext>>()
  .openapi(explain, async (c) => {
    const { key } = c.req.valid('param')
    return c.json(await explainFlag(c.var.ctx, key, c.req.valid('query')), 200)
  })
  .openapi(preview, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await previewFlag(c.var.ctx, name, c.req.valid('json')), 200)
  })
