/** The identity Worker's context builders: settings checked once, bindings brought along. */
import type { Context } from 'hono'
import { checkSettings } from '../../shared/config.ts'
import type { Client } from '../../shared/context.ts'
import { reaching } from '../../shared/database.ts'
import { type Origin as ReportOrigin, reporterOf } from '../../shared/error-queue.ts'
import type { AppEnv } from '../../shared/http.ts'
import { pushTo } from '../../shared/log-push.ts'
import { createLog, type Log } from '../../shared/log.ts'
import { metricsOf } from '../../shared/metrics.ts'
import { Settings } from '../../shared/settings.ts'
import { createTracer } from '../../shared/trace-exporter.ts'
import { appendSpans } from '../../shared/trace-store.ts'
import { traceIdOf, traceparentOf } from '../../shared/trace.ts'
import { currentTraceparent } from '../../shared/tracing.ts'
import { clientOf } from '../audit/service.ts'
import type { CallerContext } from '../identity/issuer/caller.ts'
import type { IssuerContext } from '../identity/issuer/context.ts'
import { authDatabaseOf } from '../identity/issuer/database.ts'
import type { Locale } from '../workspace/schemas.ts'

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
  AUTH_SECRET_PREVIOUS: true,
  PASSWORD_PEPPER: true,
  PASSWORD_PEPPER_PREVIOUS: true,
  SETUP_TOKEN: true,
  SIGN_UP: true,
  BREACHED_PASSWORDS_URL: true,
  GITHUB_CLIENT_ID: true,
  GITHUB_CLIENT_SECRET: true,
  GITHUB_URL: true,
  GITHUB_API_URL: true,
  GOOGLE_CLIENT_ID: true,
  GOOGLE_CLIENT_SECRET: true,
  GOOGLE_ISSUER: true,
  OIDC_CLIENT_ID: true,
  OIDC_CLIENT_SECRET: true,
  OIDC_ISSUER: true,
  OIDC_NAME: true,
  TRUSTED_PROVIDERS: true,
  OAUTH_PROVIDER: true,
  ENABLE_METRICS: true,
  METRICS_SHARDS: true,
  METRICS_FLUSH_MS: true,
  SENTRY_DSN: true,
  ENABLE_TRACES: true,
  OTEL_EXPORTER_OTLP_ENDPOINT: true,
  OTEL_EXPORTER_OTLP_HEADERS: true,
  OTEL_TRACES_SAMPLER_ARG: true,
  LOKI_URL: true,
  LOKI_HEADERS: true,
})

export const identityTracer = createTracer<IdentityEnv>('identity', (env, rows) =>
  reaching(authDatabaseOf(env).execute(appendSpans(rows))),
)

export function identityLog(env: IdentityEnv, origin: ReportOrigin): Log {
  const forward = pushTo(env, 'identity', origin.waitUntil)
  const options = { level: env.LOG_LEVEL, reporter: reporterOf(env, origin), forward }
  return createLog(options, { worker: 'identity' })
}

/** Of a request whose caller is not known, or not yet. */
export function requestContext(c: Context<IdentityApp>): IssuerContext {
  const { log, requestId, traceparent } = c.var
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
  const { headers } = c.req.raw
  const origin = { client: clientOf(headers), locale: localeOf(headers), waitUntil }
  return identityContext(c.env, { log, requestId, traceparent, ...origin })
}

/** Of a call by RPC, such as a scheduled job. */
export function callContext(
  env: IdentityEnv,
  waitUntil: (work: Promise<unknown>) => void,
): IssuerContext {
  const requestId = crypto.randomUUID()
  const traceparent = currentTraceparent() ?? traceparentOf(undefined)
  const fields = { request_id: requestId, trace_id: traceIdOf(traceparent) }
  const log = identityLog(env, { waitUntil }).with(fields)
  return identityContext(env, { log, requestId, traceparent, waitUntil })
}

/** The language a browser asks for first, as far as we write it. */
function localeOf(headers: Headers): Locale | undefined {
  const asked = headers.get('accept-language')
  if (asked === null) return undefined
  return /^\s*ru\b/i.test(asked) ? 'ru' : 'en'
}

interface Origin {
  log: Log
  client?: Client
  locale?: Locale | undefined
  requestId: string
  traceparent: string
  waitUntil: (work: Promise<unknown>) => void
}

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
function identityContext(env: IdentityEnv, origin: Origin): IssuerContext {
  checkSettings(IdentitySettings, env)
  const { log, requestId, traceparent, client = {}, locale: askedLocale, waitUntil } = origin
  const defer = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log.error('deferred work failed', { error }))
    waitUntil(work)
  }
  const metrics = metricsOf(env, waitUntil)
  const effects = { log, metrics, defer, now: () => new Date() }
  const locale = askedLocale ?? 'en'
  return { env, client, locale, askedLocale, requestId, traceparent, ...effects }
}
