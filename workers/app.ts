/** The edge's HTTP application: what every request passes through, then each feature's routes. */
import { createRoute } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { requestId } from 'hono/request-id'
import { routePath } from 'hono/route'
import type { Caller } from '../shared/context.ts'
import { ProblemError } from '../shared/errors.ts'
import { assertGuarded, open } from '../shared/guards.ts'
import { type AppEnv, createRouter, renderError } from '../shared/http.ts'
import { traceRequests } from '../shared/trace-request.ts'
import { traceIdOf } from '../shared/trace.ts'
import { assistantRoutes } from './assistant/routes.ts'
import type { AssistantContext } from './assistant/service.ts'
import type { LogContext } from './audit/log-service.ts'
import { auditRoutes } from './audit/routes.ts'
import { clientOf, recordDenial } from './audit/service.ts'
import { checkEdge, edgeContext, edgeLog, edgeTracer, strangerContext } from './edge-context.ts'
import { evalRoutes } from './evals/routes.ts'
import { evalRunRoutes } from './evals/run-routes.ts'
import { evalTransferRoutes } from './evals/transfer-routes.ts'
import { experimentResultRoutes } from './experiments/result-routes.ts'
import { trackRoutes } from './experiments/routes.ts'
import type { TrackContext } from './experiments/service.ts'
import { unitRoutes } from './experiments/unit-routes.ts'
import { flagAnalyticsRoutes } from './flags/analytics-routes.ts'
import { audienceRoutes } from './flags/audience-routes.ts'
import { isStrict } from './flags/client-service.ts'
import type { EvaluationContext } from './flags/evaluation-service.ts'
import { explainRoutes } from './flags/explain-routes.ts'
import { exposureRoutes } from './flags/exposure-routes.ts'
import { growthbookRoutes } from './flags/growthbook-routes.ts'
import { historyRoutes } from './flags/history-routes.ts'
import { importRoutes } from './flags/import-routes.ts'
import { flagLifecycleRoutes } from './flags/lifecycle-routes.ts'
import { ofrepRoutes } from './flags/ofrep-routes.ts'
import { proposalRoutes } from './flags/proposal-routes.ts'
import { flagRoutes } from './flags/routes.ts'
import { scheduleRoutes } from './flags/schedule-routes.ts'
import { type FlagContext, requireEnvironment } from './flags/service.ts'
import { createApiKeyRoutes } from './identity/api-key-routes.ts'
import { invitationRoutes } from './identity/invitation-routes.ts'
import { memberRoutes } from './identity/member-routes.ts'
import { createOAuthClientRoutes } from './identity/oauth-client-routes.ts'
import { oauthRoutes } from './identity/oauth-routes.ts'
import { platformRoutes } from './identity/platform-routes.ts'
import { roleRoutes } from './identity/role-routes.ts'
import { createIdentityRoutes } from './identity/routes.ts'
import { admit, confirm, credentialHeaders } from './identity/service.ts'
import { tenantRoutes } from './identity/tenant-routes.ts'
import { baseRoutes } from './knowledge/base-routes.ts'
import type { DocumentContext } from './knowledge/document-service.ts'
import { feedbackRoutes } from './knowledge/feedback-routes.ts'
import { lifecycleRoutes } from './knowledge/lifecycle-routes.ts'
import { knowledgeRoutes } from './knowledge/routes.ts'
import { searchRoutes } from './knowledge/search-routes.ts'
import type { KnowledgeContext } from './knowledge/service.ts'
import { uploadRoutes } from './knowledge/upload-routes.ts'
import {
  beginSignIn,
  type LimitContext,
  meter,
  meterAddress,
  refuseFlood,
  refuseReports,
  refuseStranger,
} from './limits/service.ts'
import { openAiFileRoutes } from './openai-api/file-routes.ts'
import { openAiRoutes } from './openai-api/routes.ts'
import type { ApiContext } from './openai-api/service.ts'
import { vectorStoreRoutes } from './openai-api/store-routes.ts'
import { measure } from './ops/measure-service.ts'
import { type OpsContext, opsRoutes } from './ops/routes.ts'
import { createRumRoutes } from './ops/rum-routes.ts'
import { providerKeyRoutes } from './provider-keys/routes.ts'
import type { KeyContext } from './provider-keys/service.ts'
import { teamRoutes } from './teams/routes.ts'
import type { TeamContext } from './teams/service.ts'
import { traceRoutes } from './traces/routes.ts'
import type { TraceContext } from './traces/service.ts'
import type { ReportContext } from './usage/report-service.ts'
import { usageRoutes } from './usage/routes.ts'
import { voiceRoutes } from './voice/routes.ts'
import type { VoiceContext } from './voice/service.ts'
import { readVoiceKey } from './voice/voice-key-service.ts'

/** Every mounted feature's context; so the compiler holds `edgeContext` to all they name. */
type Needs = OpsContext &
  LogContext &
  FlagContext &
  EvaluationContext &
  TrackContext &
  DocumentContext &
  KnowledgeContext &
  ApiContext &
  AssistantContext &
  VoiceContext &
  LimitContext &
  KeyContext &
  TeamContext &
  TraceContext &
  ReportContext

interface EdgeApp extends AppEnv<Needs> {
  Bindings: EdgeEnv
}

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
  app.route('/', opsRoutes)
  app.route('/', traceRoutes)
  app.route(
    '/',
    createRumRoutes(refuseReports, () => app.routes.map(({ path }) => path), edgeTracer.record),
  )
  app.route('/', flagRoutes)
  app.route('/', audienceRoutes)
  app.route('/', historyRoutes)
  app.route('/', explainRoutes)
  app.route('/', importRoutes)
  app.route('/', scheduleRoutes)
  app.route('/', experimentResultRoutes)
  app.route('/', unitRoutes)
  app.route('/', flagLifecycleRoutes)
  app.route('/', flagAnalyticsRoutes)
  app.route('/', exposureRoutes)
  app.route('/', trackRoutes)
  app.route('/', proposalRoutes)
  app.route('/', ofrepRoutes)
  app.route('/', growthbookRoutes)
  app.route('/', knowledgeRoutes)
  app.route('/', baseRoutes)
  app.route('/', searchRoutes)
  app.route('/', lifecycleRoutes)
  app.route('/', feedbackRoutes)
  app.route('/', uploadRoutes)
  app.route('/', openAiRoutes)
  app.route('/', evalRoutes)
  app.route('/', evalTransferRoutes)
  app.route('/', evalRunRoutes)
  app.route('/', openAiFileRoutes)
  app.route('/', vectorStoreRoutes)
  app.route('/', assistantRoutes)
  app.route('/', createIdentityRoutes(beginSignIn, meterAddress))
  app.route('/', createApiKeyRoutes<LimitContext & FlagContext>(meter, requireEnvironment))
  app.route('/', createOAuthClientRoutes(meter))
  app.route('/', oauthRoutes)
  app.route('/', memberRoutes)
  app.route('/', invitationRoutes)
  app.route('/', tenantRoutes)
  app.route('/', roleRoutes)
  app.route('/', platformRoutes)
  app.route('/', auditRoutes)
  app.route('/', teamRoutes)
  app.route('/', voiceRoutes)
  app.route('/', providerKeyRoutes)
  app.route('/', usageRoutes)
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
