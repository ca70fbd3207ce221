/** The edge's context builder: its settings are checked once, then it brings its bindings along. */
import { checkSettings } from '../shared/config.ts'
import { createContext, type Origin, type WithEnv } from '../shared/context.ts'
import { type Origin as ReportOrigin, reporterOf } from '../shared/error-queue.ts'
import { pushTo } from '../shared/log-push.ts'
import { createLog, type Log } from '../shared/log.ts'
import { metricsOf } from '../shared/metrics.ts'
import { Settings } from '../shared/settings.ts'
import { createTracer } from '../shared/trace-exporter.ts'
import { keepRows } from '../shared/trace-store.ts'
import { noteTenant } from '../shared/tracing.ts'

const EdgeSettings = Settings.pick({
  ENVIRONMENT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  DATABASE_URL: true,
  DATABASE_HTTP_URL: true,
  UPSTASH_REDIS_REST_URL: true,
  UPSTASH_REDIS_REST_TOKEN: true,
  OPENAI_API_KEY: true,
  OPENAI_BASE_URL: true,
  CHAT_MODEL: true,
  CHAT_FALLBACK_MODELS: true,
  CHAT_PROVIDERS: true,
  EMBEDDING_MODEL: true,
  SPEECH_MODEL: true,
  SPEECH_VOICE: true,
  TRANSCRIPTION_MODEL: true,
  MAX_TURNS: true,
  VOICE_ENGINE: true,
  REALTIME_MODEL: true,
  VOICE_MAX_SESSIONS: true,
  VOICE_SESSION_DOLLARS: true,
  TURN_TIMEOUT: true,
  CONVERSATION_DAYS: true,
  MAX_ANSWER_LENGTH: true,
  MODEL_PRICES: true,
  USAGE_DAYS: true,
  MCP_HOSTS: true,
  TAVILY_URL: true,
  TAVILY_API_KEY: true,
  RERANK_URL: true,
  RERANK_MODEL: true,
  RERANK_API_KEY: true,
  RETRY_MAX_ATTEMPTS: true,
  RETRY_BACKOFF_INITIAL: true,
  RETRY_BACKOFF_MAX: true,
  RATE_PLAN: true,
  ADMIN_RATE_LIMIT: true,
  TWILIO_RATE_LIMIT: true,
  TURNSTILE_URL: true,
  TURNSTILE_SECRET: true,
  PROVIDER_KEK: true,
  PROVIDER_KEK_PREVIOUS: true,
  ENABLE_METRICS: true,
  METRICS_SHARDS: true,
  METRICS_FLUSH_MS: true,
  ENABLE_TRACES: true,
  OTEL_EXPORTER_OTLP_ENDPOINT: true,
  OTEL_EXPORTER_OTLP_HEADERS: true,
  OTEL_TRACES_SAMPLER_ARG: true,
  LOKI_URL: true,
  LOKI_HEADERS: true,
  METRICS_TOKEN: true,
  SENTRY_DSN: true,
})

export const edgeTracer = createTracer<EdgeEnv>('edge', keepRows)

const logs = new WeakMap<EdgeEnv, Log>()

/** @param origin Whose failures it reports; without one it only writes them down. */
export function edgeLog(env: EdgeEnv, origin?: ReportOrigin): Log {
  const reporter = origin && reporterOf(env, origin)
  const forward = pushTo(env, 'edge', origin?.waitUntil)
  const make = () => createLog({ level: env.LOG_LEVEL, reporter, forward }, { worker: 'edge' })
  if (reporter || forward) return make()
  const log = logs.get(env) ?? make()
  logs.set(env, log)
  return log
}

/** @throws ProblemError misconfigured, naming every setting that is missing or malformed */
export const checkEdge = (env: EdgeEnv): void => checkSettings(EdgeSettings, env)

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
export function edgeContext(
  env: EdgeEnv,
  origin: Origin,
  log = edgeLog(env, origin),
): WithEnv<EdgeEnv> {
  checkEdge(env)
  // A job's contexts are of one tenant after another, its spans of none.
  if (origin.actor.type !== 'system') noteTenant(origin.tenantId)
  const metrics = metricsOf(env, origin.waitUntil)
  return createContext(env, { log, metrics }, origin)
}

/** What there is of a context before anybody is known to be asking. */
export const strangerContext = (env: EdgeEnv, log: Log) => {
  return { env, log, metrics: metricsOf(env), now: () => new Date() }
}
