/** Where the console's pages report what their readers waited for, signed in or not. */
import { createRoute } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { ProblemError } from '../../shared/errors.ts'
import { open } from '../../shared/guards.ts'
import { type AppEnv, createRouter, jsonBody, problems } from '../../shared/http.ts'
import { type MetricsEnv, metricsOf } from '../../shared/metrics.ts'
import { RumReport } from './rum-schemas.ts'
import { recordReport } from './rum-service.ts'

/** What one beacon carries: browsers stop at 64 KiB for all that are under way. */
const MAX_BYTES = 32 * 1024

/**
 * @param refuse Refuses an address that sends too many; asked before anything is read
 * @param templates Paths of all routes of the app, once they are mounted
 */
export function createRumRoutes<Env extends MetricsEnv>(
  refuse: (env: Env, headers: Headers) => Promise<void>,
  templates: () => readonly string[],
) {
  interface RumApp extends AppEnv {
    Bindings: Env
  }

  const limitNumber = createMiddleware<RumApp>(async (c, next) => {
    await refuse(c.env, c.req.raw.headers)
    await next()
  })
  const limitSize = bodyLimit({
    maxSize: MAX_BYTES,
    onError: () => {
      throw new ProblemError('payload_too_large', 'A report has at most 32 KiB.')
    },
  })

  const report = open(
    createRoute({
      method: 'post',
      path: '/api/rum',
      operationId: 'reportBrowser',
      tags: ['ops'],
      description: 'Measurements of a page of the console; all of them are counted, or none.',
      middleware: [limitNumber, limitSize],
      request: { body: jsonBody(RumReport) },
      responses: {
        204: { description: 'Counted' },
        ...problems('invalid_request', 'invalid_fields', 'payload_too_large', 'rate_limited'),
      },
    }),
  )

  return createRouter<RumApp>().openapi(report, (c) => {
    const metrics = metricsOf(c.env, (work) => c.executionCtx.waitUntil(work))
    const { log } = c.var
    const ctx = { env: c.env, log, metrics, now: () => new Date(), templates }
    recordReport(ctx, c.req.valid('json').events)
    return c.body(null, 204)
  })
}
