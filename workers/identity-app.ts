/**
 * The identity Worker's HTTP application, which only the edge can reach, and what it offers by
 * RPC. The one place outside workers/identity/issuer that knows better-auth's side of the house.
 */
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import type { Client } from '../shared/context.ts'
import { ProblemError } from '../shared/errors.ts'
import { refuseUnguarded } from '../shared/guards.ts'
import { createRouter, renderError } from '../shared/http.ts'
import { traceRequests } from '../shared/trace-request.ts'
import { traceIdOf } from '../shared/trace.ts'
import { recordDenial } from './audit/service.ts'
import { accountHandlers } from './identity-accounts.ts'
import { apiKeyHandlers } from './identity-api-keys.ts'
import {
  callContext,
  type IdentityApp,
  identityLog,
  identityTracer,
  requestContext,
} from './identity-context.ts'
import { federationHandlers } from './identity-federation.ts'
import { oauthHandlers } from './identity-oauth.ts'
import { passkeyHandlers } from './identity-passkeys.ts'
import { platformHandlers } from './identity-platform.ts'
import { sessionHandlers } from './identity-sessions.ts'
import { tenantHandlers } from './identity-tenants.ts'
import { twoFactorHandlers } from './identity-two-factor.ts'
import { rotateAuditKeys } from './identity/issuer/audit-key-rotation.ts'
import { type ChainEnd, publishedAuditKeys, signCheckpoint } from './identity/issuer/audit-keys.ts'
import { identifyCaller, permissionsNow } from './identity/issuer/caller.ts'
import { closeDueTenants, eraseRows, finishErasure } from './identity/issuer/erasure.ts'
import { exchangeKey, permissionsOfKey } from './identity/issuer/key-exchange.ts'
import { rotateKeys } from './identity/issuer/key-rotation.ts'
import { alertBrokenLog, type BrokenLog } from './identity/issuer/platform-alert.ts'
import { recordLockout } from './identity/issuer/session-audit.ts'
import { closeSession, type Opened, openSession, renewToken } from './identity/issuer/session.ts'
import { checkSetupToken, createFirstOwner } from './identity/issuer/setup.ts'
import * as issuer from './identity/issuer/sign-in.ts'
import { publishedKeys } from './identity/issuer/signing-keys.ts'
import { sweepOrphans } from './identity/issuer/sweep.ts'
import { type Asker, signVoiceKey, type VoiceGrant } from './identity/issuer/voice-key.ts'
import { isFromOwnPage } from './identity/origin.ts'
import { getToken, setup, signIn, signOut } from './identity/routes.ts'
import { type KeySet, NO_TENANT } from './identity/schemas.ts'

export type { Asker, VoiceGrant }

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

type WaitUntil = (work: Promise<unknown>) => void

/** Runs a call by RPC in the trace of the request it serves. */
export const serveCall = <Result>(
  env: IdentityEnv,
  {
    method,
    traceparent,
    tenantId = NO_TENANT,
    waitUntil,
  }: { method: string; traceparent?: string; tenantId?: string; waitUntil: WaitUntil },
  work: () => Promise<Result>,
): Promise<Result> => {
  const entry = { traceparent, tenantId, requestId: crypto.randomUUID(), waitUntil }
  return identityTracer.enter(env, entry, { name: `identity.${method}`, kind: 'server' }, work)
}
/** For callers that leave nothing behind. */
const LONE: WaitUntil = () => {}

/** What a session may do in a tenant at this moment, for the edge's guards; null when it ended. */
export const permissionsOfSession = (
  env: IdentityEnv,
  sessionId: string,
  tenantId: string,
  waitUntil = LONE,
) => permissionsNow(callContext(env, waitUntil), sessionId, tenantId)

/** An access token for an API key, whose use is noted after the answer; null when it is not valid. */
export async function tokenOfKey(
  env: IdentityEnv,
  key: string,
  waitUntil: WaitUntil,
): Promise<string | null> {
  const ctx = callContext(env, waitUntil)
  const exchanged = await exchangeKey(ctx, key)
  if (!exchanged) return null
  waitUntil(exchanged.noteUse())
  return exchanged.token
}

/** What an API key may do in its tenant at this moment; null when it ended. */
export const permissionsOfApiKey = (
  env: IdentityEnv,
  keyId: string,
  tenantId: string,
  waitUntil = LONE,
) => permissionsOfKey(callContext(env, waitUntil), keyId, tenantId)

/** A voice key's token for `asker`; null when they may not have one. */
export const tokenOfVoiceKey = (
  env: IdentityEnv,
  asker: Asker,
  grant: VoiceGrant,
  waitUntil = LONE,
) => signVoiceKey(callContext(env, waitUntil), asker, grant)

/** Says in the log of the account's tenants that guessing at it is slowed down. */
export const noteLockout = (
  env: IdentityEnv,
  { email, client }: { email: string; client: Client },
  waitUntil: WaitUntil,
): Promise<void> => recordLockout({ ...callContext(env, waitUntil), client }, email)

/** The public keys every access token can be checked with. */
export const keySet = (env: IdentityEnv, waitUntil = LONE): Promise<KeySet> =>
  publishedKeys(callContext(env, waitUntil))

/** The public keys of checkpoints, old ones too. */
export const auditKeySet = (env: IdentityEnv, waitUntil = LONE) =>
  publishedAuditKeys(callContext(env, waitUntil))

/** A signature under where a tenant's audit log stands. */
export const checkpointOf = (env: IdentityEnv, chain: ChainEnd, waitUntil = LONE) =>
  signCheckpoint(callContext(env, waitUntil), chain)

/** Tells those who run the platform that a tenant's audit log is broken. */
export const alertPlatform = (env: IdentityEnv, alert: BrokenLog): Promise<void> =>
  alertBrokenLog(callContext(env, LONE), alert)

/** Called by the edge's minute cron, like the next. */
export async function runKeyRotation(env: IdentityEnv, waitUntil: WaitUntil): Promise<void> {
  const ctx = callContext(env, waitUntil)
  await rotateKeys(ctx)
  await rotateAuditKeys(ctx)
}

/** @returns how many accounts nobody can sign in to were removed */
export const runOrphanSweep = (env: IdentityEnv, waitUntil: WaitUntil): Promise<number> =>
  sweepOrphans(callContext(env, waitUntil))

/** Ends the memberships of tenants whose deletion is due. @returns ids of those to erase now */
export const dueTenants = (env: IdentityEnv, waitUntil = LONE): Promise<string[]> =>
  closeDueTenants(callContext(env, waitUntil))

/** Rows of a closed tenant, some at a time. @returns whether none is left */
export const eraseTenantRows = (
  env: IdentityEnv,
  tenantId: string,
  waitUntil = LONE,
): Promise<boolean> => eraseRows(callContext(env, waitUntil), tenantId)

export const noteErasure = (env: IdentityEnv, tenantId: string, waitUntil = LONE): Promise<void> =>
  finishErasure(callContext(env, waitUntil), tenantId)
