/**
 * The identity Worker's HTTP application, which only the edge can reach, and what it offers by
 * RPC. The one place outside workers/identity/issuer that knows better-auth's side of the house.
 */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { ProblemError } from '../shared/errors.ts'
import { refuseUnguarded } from '../shared/guards.ts'
import { type AppEnv, createRouter, renderError } from '../shared/http.ts'
import { traceIdOf, traceparentOf } from '../shared/trace.ts'
import { clientOf, recordDenial } from './audit/service.ts'
import { identityContext, identityLog } from './identity-context.ts'
import * as apiKeys from './identity/api-key-routes.ts'
import { createKey, listKeys, revokeKey, rotateKey } from './identity/issuer/api-keys.ts'
import { type ChainEnd, publishedAuditKeys, signCheckpoint } from './identity/issuer/audit-keys.ts'
import { type CallerContext, identifyCaller, permissionsNow } from './identity/issuer/caller.ts'
import { exchangeKey, permissionsOfKey } from './identity/issuer/key-exchange.ts'
import { closeSession, type Opened, openSession, renewToken } from './identity/issuer/session.ts'
import { checkSetupToken, createFirstOwner } from './identity/issuer/setup.ts'
import { publishedKeys } from './identity/issuer/signing-keys.ts'
import { type Asker, signVoiceKey, type VoiceGrant } from './identity/issuer/voice-key.ts'
import { isFromOwnPage } from './identity/origin.ts'
import { getToken, setup, signIn, signOut } from './identity/routes.ts'
import type { KeySet } from './identity/schemas.ts'

export type { Asker, VoiceGrant }

interface IdentityApp extends AppEnv<CallerContext> {
  Bindings: IdentityEnv
}

/** Reading is free: a page of a stranger cannot see the answer. */
const refuseStrangers = createMiddleware<IdentityApp>(async (c, next) => {
  const { url, method, headers } = c.req.raw
  const { origin, host } = new URL(url)
  // A proxy in front may end TLS: the page is https, the request as we see it is not.
  const own = [new URL(c.env.PUBLIC_URL).origin, origin, `https://${host}`]
  if (method !== 'GET' && !isFromOwnPage(headers, own)) {
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
  app.use(async (c, next) => {
    const traceparent = traceparentOf(c.req.header('traceparent'))
    const fields = { request_id: c.var.requestId, trace_id: traceIdOf(traceparent) }
    c.set('traceparent', traceparent)
    c.set('log', identityLog(c.env).with(fields))
    c.set('identify', () => identify(c))
    // `identify` has just looked.
    c.set('confirm', async () => {})
    c.set('onDenied', (ctx, permission) => recordDenial({ ...ctx, env: c.env }, c.req, permission))
    await next()
    c.header('cache-control', 'no-store')
  })
  app.use(refuseUnguarded)
  app.use(refuseStrangers)

  const withCookies = ({ cookies }: Pick<Opened, 'cookies'>) => ({ 'set-cookie': cookies })
  return app
    .openapi(setup, async (c) => {
      const ctx = contextOf(c)
      await checkSetupToken(ctx, c.req.header('authorization'))
      const owner = c.req.valid('json')
      await createFirstOwner(ctx, owner)
      const opened = await openSession(ctx, owner, c.req.raw.headers)
      return c.json(opened.session, 201, withCookies(opened))
    })
    .openapi(signIn, async (c) => {
      const ctx = contextOf(c)
      const opened = await openSession(ctx, c.req.valid('json'), c.req.raw.headers)
      return c.json(opened.session, 200, withCookies(opened))
    })
    .openapi(getToken, async (c) => {
      const opened = await renewToken(contextOf(c), c.req.raw.headers)
      return c.json(opened.session, 200, withCookies(opened))
    })
    .openapi(signOut, async (c) => {
      const cookies = await closeSession(contextOf(c), c.req.raw.headers)
      return c.body(null, 204, withCookies({ cookies }))
    })
    .openapi(apiKeys.list, async (c) =>
      c.json(await listKeys(c.var.ctx, c.req.valid('query')), 200),
    )
    .openapi(apiKeys.create, async (c) =>
      c.json(await createKey(c.var.ctx, c.req.valid('json')), 201),
    )
    .openapi(apiKeys.rotate, async (c) => {
      const { id } = c.req.valid('param')
      return c.json(await rotateKey(c.var.ctx, id, c.req.valid('json')), 200)
    })
    .openapi(apiKeys.revoke, async (c) => {
      await revokeKey(c.var.ctx, c.req.valid('param').id)
      return c.body(null, 204)
    })
}

function contextOf(c: Context<IdentityApp>) {
  return identityContext(c.env, c.var.log, originOf(c))
}

function originOf(c: Context<IdentityApp>) {
  const { requestId: id, traceparent } = c.var
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  return { requestId: id, traceparent, client: clientOf(c.req.raw.headers), waitUntil }
}

function identify(c: Context<IdentityApp>): Promise<CallerContext> {
  const { headers } = c.req.raw
  return identifyCaller(contextOf(c), { ...originOf(c), headers })
}

/** What a session may do in a tenant at this moment, for the edge's guards; null when it ended. */
export const permissionsOfSession = (env: IdentityEnv, sessionId: string, tenantId: string) =>
  permissionsNow(identityContext(env, identityLog(env)), sessionId, tenantId)

/** An access token for an API key, whose use is noted after the answer; null when it is not valid. */
export async function tokenOfKey(
  env: IdentityEnv,
  key: string,
  defer: (work: Promise<unknown>) => void,
): Promise<string | null> {
  const ctx = identityContext(env, identityLog(env))
  const exchanged = await exchangeKey(ctx, key)
  if (!exchanged) return null
  defer(exchanged.noteUse())
  return exchanged.token
}

/** What an API key may do in its tenant at this moment; null when it ended. */
export const permissionsOfApiKey = (env: IdentityEnv, keyId: string, tenantId: string) =>
  permissionsOfKey(identityContext(env, identityLog(env)), keyId, tenantId)

/** A voice key's token for `asker`; null when they may not have one. */
export const tokenOfVoiceKey = (env: IdentityEnv, asker: Asker, grant: VoiceGrant) =>
  signVoiceKey(identityContext(env, identityLog(env)), asker, grant)

/** The public keys every access token can be checked with. */
export const keySet = (env: IdentityEnv): Promise<KeySet> =>
  publishedKeys(identityContext(env, identityLog(env)))

/** The public keys of checkpoints, old ones too. */
export const auditKeySet = (env: IdentityEnv) =>
  publishedAuditKeys(identityContext(env, identityLog(env)))

/** A signature under where a tenant's audit log stands. */
export const checkpointOf = (env: IdentityEnv, chain: ChainEnd) =>
  signCheckpoint(identityContext(env, identityLog(env)), chain)
