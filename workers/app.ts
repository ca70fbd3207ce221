/** The edge's HTTP application: what every request passes through, then each feature's routes. */
import { createRoute } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { requestId } from 'hono/request-id'
import { routePath } from 'hono/route'
import type { Caller } from '../shared/context.ts'
import { ProblemError } from '../shared/errors.ts'
import { assertGuarded, open } from '../shared/guards.ts'
import { createRouter, renderError } from '../shared/http.ts'
import { traceRequests } from '../shared/trace-request.ts'
import { traceIdOf } from '../shared/trace.ts'
import { clientOf, recordDenial } from './audit/service.ts'
import { checkEdge, edgeContext, edgeLog, edgeTracer, strangerContext } from './edge-context.ts'
import { type EdgeApp, mountFeatures } from './edge-routes.ts'
import { isStrict } from './flags/client-service.ts'
import { admit, confirm, credentialHeaders } from './identity/service.ts'
import { meter, refuseFlood, refuseStranger } from './limits/service.ts'
import { measure } from './ops/measure-service.ts'
import { readVoiceKey } from './voice/voice-key-service.ts'

/** Every body but a document's, a part's or an import's, whose routes have their own limit. */
const MAX_BODY_BYTES = 1024 * 1024
const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new ProblemError('payload_too_large', 'Send at most 1 MiB here.')
  },
})
const UPLOADS =
  /^\/(api\/admin\/kb\/(documents|uploads\/[^/]+\/parts\/\d+|evals\/sets\/[^/]+\/import)|v1\/files)$/

/** What answers even when the Worker is not configured: that its process runs. */
const ALWAYS = new Set(['/health', '/live'])

/**
 * Whether the request needs no look at its body: it has none, or one of a known, allowed length.
 * Asked first, because in a Worker the mere look makes a stream.
 */
function isShort({ method, headers }: Request): boolean {
  if (method === 'GET' || method === 'HEAD') return true
  const length = headers.get('content-length')
  return length !== null && Number(length) <= MAX_BODY_BYTES && !headers.has('transfer-encoding')
}

const openapi = open(
  createRoute({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tags: ['ops'],
    responses: { 200: { description: 'This document' } },
  }),
)

const info = {
  title: 'VoiceAssist',
  version: '1',
  description: 'Voice and knowledge assistant platform at the edge.',
}

export function createApp() {
  const app = createRouter<EdgeApp>()
  app.onError(renderError)
  app.notFound(async (c) => {
    if (isConsolePage(c.req.raw)) return consoleIndex(c.env, c.req.url)
    const detail = `There is nothing at ${c.req.method} ${c.req.path}; see /docs.`
    return renderError(new ProblemError('not_found', detail), c)
  })

  app.use(measure)
  app.use(requestId())
  app.use(traceRequests(edgeTracer))
  app.use(async (c, next) => {
    // Of what is made for one caller nothing is kept, neither by a proxy nor by the browser.
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    const id = c.get('requestId')
    const traceparent = c.get('traceparent')
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
    const log = edgeLog(c.env, { waitUntil, request: c.req.raw })
    c.set('log', log.with({ request_id: id, trace_id: traceIdOf(traceparent) }))
    c.set('identify', async (accepts) => {
      const headers = credentialHeaders(c.req)
      const stranger = { path: c.req.path, headers, setHeader: c.header }
      const key = accepts === 'voice_key' ? await readVoiceKey(c.env, headers) : undefined
      const caller: Caller =
        key ??
        (await admit(c.env, headers, waitUntil).catch((refusal: unknown) =>
          refuseStranger(strangerContext(c.env, c.get('log')), stranger, refusal),
        ))
      const client = clientOf(headers)
      const { tenantId, actor, plan } = caller
      const who = { tenantId, actor, ...(plan !== undefined && { plan }) }
      const endpoint = `${c.req.method} ${routePath(c, -1)}`
      const origin = { ...who, client, endpoint, requestId: id, traceparent, waitUntil }
      return edgeContext(c.env, origin, c.get('log'))
    })
    c.set('onDenied', (ctx, permission) => recordDenial({ ...ctx, env: c.env }, c.req, permission))
    c.set('count', (name) => meter(c, name))
    c.set('confirm', (caller, permission) => confirm(c.env, caller, permission))
    c.set('isStrict', (ctx) => isStrict({ ...ctx, env: c.env }))
    const isPage = c.req.path.startsWith('/console') && isConsolePage(c.req.raw)
    if (!ALWAYS.has(c.req.path) && !isPage) await refuseFlood(c.env, c.req.raw.headers)
    assertGuarded(c)
    if (!ALWAYS.has(c.req.path)) checkEdge(c.env)
    return isShort(c.req.raw) || UPLOADS.test(c.req.path) ? next() : limitBody(c, next)
  })

  app.openapi(openapi, () => Response.json(app.getOpenAPI31Document({ openapi: '3.1.0', info })))
  app.openAPIRegistry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  mountFeatures(app)
  return app
}

/** Pages of the console live under one prefix; everything else that is missing is a problem. */
function isConsolePage(request: Request): boolean {
  const { pathname } = new URL(request.url)
  const wantsPage = request.headers.get('accept')?.includes('text/html') === true
  const isAsset = pathname.startsWith('/console/assets/')
  return request.method === 'GET' && wantsPage && /^\/console(\/|$)/.test(pathname) && !isAsset
}

/** Copied, because headers of a response from a binding cannot be changed. */
async function consoleIndex(env: EdgeEnv, url: string): Promise<Response> {
  const page = await env.ASSETS.fetch(new URL('/console/', url))
  return new Response(page.body, page)
}
