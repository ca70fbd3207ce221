/**
 * The identity Worker's HTTP application, which only the edge can reach. What it offers by RPC is
 * entrypoint.ts's.
 */
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { ProblemError } from '../../shared/errors.ts'
import { refuseUnguarded } from '../../shared/guards.ts'
import { createRouter, renderError } from '../../shared/http.ts'
import { traceRequests } from '../../shared/trace-request.ts'
import { traceIdOf } from '../../shared/trace.ts'
import { recordDenial } from '../audit/service.ts'
import { identifyCaller } from '../identity/issuer/caller.ts'
import { closeSession, type Opened, openSession, renewToken } from '../identity/issuer/session.ts'
import { checkSetupToken, createFirstOwner } from '../identity/issuer/setup.ts'
import * as issuer from '../identity/issuer/sign-in.ts'
import { isFromOwnPage } from '../identity/origin.ts'
import { getToken, setup, signIn, signOut } from '../identity/routes.ts'
import { accountHandlers } from './accounts.ts'
import { apiKeyHandlers } from './api-keys.ts'
import { type IdentityApp, identityLog, identityTracer, requestContext } from './context.ts'
import { federationHandlers } from './federation.ts'
import { oauthHandlers } from './oauth.ts'
import { passkeyHandlers } from './passkeys.ts'
import { platformHandlers } from './platform.ts'
import { sessionHandlers } from './sessions.ts'
import { tenantHandlers } from './tenants.ts'
import { twoFactorHandlers } from './two-factor.ts'

/** Where a caller brings a credential of its own, and no cookie is looked at. */
const NO_COOKIES = new Set(['/oauth/token', '/oauth/revoke', '/oauth/userinfo'])

/** Reading is free: a page of a stranger cannot see the answer. */
const refuseStrangers = createMiddleware<IdentityApp>(async (c, next) => {
  const { url, method, headers } = c.req.raw
  const { origin, host, pathname } = new URL(url)
  // A proxy in front may end TLS: the page is https, the request as we see it is not.
  const own = [new URL(c.env.PUBLIC_URL).origin, origin, `https://${host}`]
  if (method !== 'GET' && !NO_COOKIES.has(pathname) && !isFromOwnPage(headers, own)) {
    const detail = `Pages of other origins may not do this; use ${c.env.PUBLIC_URL}.`
    throw new ProblemError('forbidden', detail)
  }
  await next()
})

export function createIdentityApp() {
  const app = createRouter<IdentityApp>()
  app.onError(renderError)
  app.notFound((c) => renderError(new ProblemError('not_found', 'There is nothing here.'), c))

  app.use(requestId())
  app.use(traceRequests(identityTracer))
  app.use(async (c, next) => {
    const fields = { request_id: c.var.requestId, trace_id: traceIdOf(c.var.traceparent) }
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
    c.set('log', identityLog(c.env, { waitUntil, request: c.req.raw }).with(fields))
    c.set('identify', () => identifyCaller(requestContext(c), c.req.raw.headers))
    // `identify` has just looked.
    c.set('confirm', async () => {})
    // The edge has counted.
    c.set('count', async () => {})
    c.set('onDenied', (ctx, permission) => recordDenial({ ...ctx, env: c.env }, c.req, permission))
    await next()
    c.header('cache-control', 'no-store')
  })
  app.use(refuseUnguarded)
  app.use(refuseStrangers)

  const withCookies = ({ cookies }: Pick<Opened, 'cookies'>) => ({ 'set-cookie': cookies })
  return app
    .openapi(setup, async (c) => {
      const ctx = requestContext(c)
      await checkSetupToken(ctx, c.req.header('authorization'))
      const owner = c.req.valid('json')
      await createFirstOwner(ctx, owner)
      const opened = await openSession(ctx, owner, c.req.raw.headers)
      return c.json(opened.session, 201, withCookies(opened))
    })
    .openapi(signIn, async (c) => {
      const answer = await issuer.signIn(requestContext(c), c.req.valid('json'), c.req.raw.headers)
      if ('ticket' in answer) return c.json(answer, 202)
      return c.json(answer.session, 200, withCookies(answer))
    })
    .openapi(getToken, async (c) => {
      const opened = await renewToken(requestContext(c), c.req.raw.headers)
      return c.json(opened.session, 200, withCookies(opened))
    })
    .openapi(signOut, async (c) => {
      const cookies = await closeSession(requestContext(c), c.req.raw.headers)
      return c.body(null, 204, withCookies({ cookies }))
    })
    .route('/', sessionHandlers)
    .route('/', tenantHandlers)
    .route('/', platformHandlers)
    .route('/', accountHandlers)
    .route('/', twoFactorHandlers)
    .route('/', passkeyHandlers)
    .route('/', federationHandlers)
    .route('/', apiKeyHandlers)
    .route('/', oauthHandlers)
}
