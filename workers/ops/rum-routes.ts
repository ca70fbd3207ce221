/** Where the console's pages report what their readers waited for, signed in or not. */
import { createRoute } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { DatabaseEnv } from '../../shared/database.ts'
import { ProblemError } from '../../shared/errors.ts'
import { open } from '../../shared/guards.ts'
import { type AppEnv, createRouter, jsonBody, problems } from '../../shared/http.ts'
import { type MetricsEnv, metricsOf } from '../../shared/metrics.ts'
import type { TraceEnv, Tracer } from '../../shared/trace-exporter.ts'
import type { SpanData } from '../../shared/trace-span.ts'
import { clientOf } from '../audit/service.ts'
import { recordStep } from './journey-service.ts'
import { RumReport, type Step } from './rum-schemas.ts'
import { recordReport } from './rum-service.ts'

/** What one beacon carries: browsers stop at 64 KiB for all that are under way. */
const MAX_BYTES = 32 * 1024

type RumEnv = MetricsEnv & DatabaseEnv & TraceEnv

/**
 * @param refuse Refuses an address that sends too many; asked before anything is read
 * @param templates Paths of all routes of the app, once they are mounted
 * @param record Takes spans of browsers
 */
export function createRumRoutes<Env extends RumEnv>(
  refuse: (env: Env, headers: Headers) => Promise<void>,
  templates: () => readonly string[],
  record: Tracer<Env>['record'],
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
        ...problems('invalid_request', 'payload_too_large', 'rate_limited'),
      },
    }),
  )

  return createRouter<RumApp>('invalid_request').openapi(report, (c) => {
    const { env, executionCtx, var: vars } = c
    const waitUntil = (work: Promise<unknown>) => executionCtx.waitUntil(work)
    const now = () => new Date()
    const segment = { service: 'console', requestId: vars.requestId }
    const client = clientOf(c.req.raw.headers)
    const ctx = {
      env,
      log: vars.log,
      metrics: metricsOf(env, waitUntil),
      now,
      templates,
      ratio: Number(env.OTEL_TRACES_SAMPLER_ARG),
      keepSpan: (span: SpanData, isSampled: boolean) =>
        record(env, { segment, isSampled, spans: [span] }, waitUntil),
      noteStep: (step: Step) => recordStep({ env, client, waitUntil, now }, step),
    }
    recordReport(ctx, c.req.valid('json').events)
    return c.body(null, 204)
  })
}
