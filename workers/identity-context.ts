/** The identity Worker's context builders: settings checked once, bindings brought along. */
import type { Context } from 'hono'
import { checkSettings } from '../shared/config.ts'
import type { Client } from '../shared/context.ts'
import type { AppEnv } from '../shared/http.ts'
import { createLog, type Log } from '../shared/log.ts'
import { Settings } from '../shared/settings.ts'
import { traceparentOf } from '../shared/trace.ts'
import type { CallerContext } from './identity/issuer/caller.ts'
import type { IssuerContext } from './identity/issuer/context.ts'

export interface IdentityApp extends AppEnv<CallerContext> {
  Bindings: IdentityEnv
}

const IdentitySettings = Settings.pick({
  ENVIRONMENT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  DATABASE_HTTP_URL: true,
  AUTH_DATABASE_URL: true,
  UPSTASH_REDIS_REST_URL: true,
  UPSTASH_REDIS_REST_TOKEN: true,
  AUTH_SECRET: true,
  PASSWORD_PEPPER: true,
  SETUP_TOKEN: true,
})

export const identityLog = ({ LOG_LEVEL: level }: IdentityEnv): Log =>
  createLog({ level }, { worker: 'identity' })

/** Of a request whose caller is not known, or not yet. */
export function requestContext(c: Context<IdentityApp>): IssuerContext {
  const { log, requestId, traceparent } = c.var
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  const client = clientOf(c.req.raw.headers)
  return identityContext(c.env, { log, requestId, traceparent, client, waitUntil })
}

/** Of a call by RPC, such as a scheduled job. */
export function callContext(
  env: IdentityEnv,
  waitUntil: (work: Promise<unknown>) => void,
): IssuerContext {
  const requestId = crypto.randomUUID()
  const log = identityLog(env).with({ request_id: requestId })
  return identityContext(env, { log, requestId, traceparent: traceparentOf(undefined), waitUntil })
}

/** The edge passes the platform's header on; nobody else reaches this Worker. */
function clientOf(headers: Headers): Client {
  const ip = headers.get('cf-connecting-ip')
  const userAgent = headers.get('user-agent')
  return { ...(ip && { ip }), ...(userAgent && { userAgent }) }
}

interface Origin {
  log: Log
  client?: Client
  requestId: string
  traceparent: string
  waitUntil: (work: Promise<unknown>) => void
}

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
function identityContext(env: IdentityEnv, origin: Origin): IssuerContext {
  checkSettings(IdentitySettings, env)
  const { log, requestId, traceparent, client = {}, waitUntil } = origin
  const defer = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('deferred work failed', { error }))
    waitUntil(work)
  }
  return { env, log, client, requestId, traceparent, defer, now: () => new Date() }
}
