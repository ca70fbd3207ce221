/** HTTP for exposures that pages and apps report. Evaluations of single flags are told by themselves. */
import { createRoute } from '@hono/zod-openapi'
import { allowPages } from '../../shared/cors.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { isClientKey } from '../identity/service.ts'
import type { EvaluationContext } from './evaluation-service.ts'
import { ExposureRequest, ExposuresAccepted } from './exposure-schemas.ts'
import { reportExposures } from './report-service.ts'

const PATH = '/api/exposures'

const report = secured(
  'flag.evaluate',
  createRoute({
    method: 'post',
    path: PATH,
    operationId: 'reportExposures',
    tags: ['flags'],
    request: { body: jsonBody(ExposureRequest) },
    responses: {
      202: json(ExposuresAccepted, 'All of them will be counted; one that was told before, once'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

const router = createRouter<AppEnv<EvaluationContext>>()
router.use(`${PATH}/*`, allowPages)

export const exposureRoutes = router.openapi(report, async (c) => {
  const audience = isClientKey(c.req.raw.headers) ? 'client' : 'server'
  return c.json(await reportExposures(c.var.ctx, audience, c.req.valid('json')), 202)
})
