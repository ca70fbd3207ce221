/** The identity Worker's context builder: settings checked once, bindings brought along. */
import { checkSettings } from '../shared/config.ts'
import type { Client } from '../shared/context.ts'
import { createLog, type Log } from '../shared/log.ts'
import { Settings } from '../shared/settings.ts'
import { traceparentOf } from '../shared/trace.ts'
import type { RequestContext } from './identity/issuer/context.ts'

const IdentitySettings = Settings.pick({
  ENVIRONMENT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  DATABASE_HTTP_URL: true,
  AUTH_DATABASE_URL: true,
  AUTH_SECRET: true,
  AUTH_SECRET_PREVIOUS: true,
  PASSWORD_PEPPER: true,
  PASSWORD_PEPPER_PREVIOUS: true,
  SETUP_TOKEN: true,
})

export const identityLog = ({ LOG_LEVEL: level }: IdentityEnv): Log =>
  createLog({ level }, { worker: 'identity' })

/** What the edge passed on; a call by RPC has none of it. */
interface Origin {
  requestId?: string
  traceparent?: string
  client?: Client
  waitUntil?: (work: Promise<unknown>) => void
}

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
export function identityContext(env: IdentityEnv, log: Log, origin: Origin = {}): RequestContext {
  checkSettings(IdentitySettings, env)
  const { requestId = crypto.randomUUID(), traceparent = traceparentOf(undefined) } = origin
  const defer = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('deferred work failed', { error }))
    origin.waitUntil?.(work)
  }
  const { client = {} } = origin
  return { env, log, requestId, traceparent, client, defer, now: () => new Date() }
}
