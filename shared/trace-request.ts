/** The first span of every request: named by its route, never by its path. */
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { toProblem } from './errors.ts'
import type { TraceEnv, Tracer } from './trace-exporter.ts'
import { decideForPage } from './trace-page.ts'
import { formatTraceparent } from './trace.ts'

interface TracedApp<Env> {
  Bindings: Env
  Variables: { requestId: string; traceparent: string }
}

/** Routes whose span has a name of its own. */
const NAMES: Readonly<Record<string, string>> = {
  '/api/ask': 'api.send_message',
  '/api/assistant/messages': 'api.send_message',
}

/** Needs the request's id; sets `traceparent`, which everything the request does carries on. */
export const traceRequests = <Env extends TraceEnv>(tracer: Tracer<Env>) =>
  createMiddleware<TracedApp<Env>>((c, next) => {
    const given = c.req.header('traceparent')
    const ratio = Number(c.env.OTEL_TRACES_SAMPLER_ARG)
    const entry = {
      traceparent: given && decideForPage(given, c.req.header('sec-fetch-site'), ratio),
      requestId: c.get('requestId'),
      waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
      execution: c.executionCtx,
    }
    const { method } = c.req
    const start = {
      name: method,
      kind: 'server',
      attributes: { 'http.request.method': method },
    } as const
    return tracer.enter(c.env, entry, start, async (span) => {
      c.set('traceparent', formatTraceparent(span.context))
      await next()
      if (!span.isRecording) return
      const path = routePath(c, -1)
      const route = path.endsWith('*') ? '' : path
      span.name = NAMES[route] ?? `${method} ${route}`.trim()
      span.set({ 'http.response.status_code': c.res.status })
      if (route) span.set({ 'http.route': route })
      if (c.res.status < 500) return
      span.fail(undefined, c.error ? toProblem(c.error).code : String(c.res.status))
    })
  })
