/** The indexer's context builder: settings checked once, bindings brought along. */
import { checkSettings } from '../shared/config.ts'
import { createContext, type Origin, type WithEnv } from '../shared/context.ts'
import { reporterOf } from '../shared/error-queue.ts'
import { pushTo } from '../shared/log-push.ts'
import { createLog } from '../shared/log.ts'
import { metricsOf } from '../shared/metrics.ts'
import { Settings } from '../shared/settings.ts'
import { createTracer } from '../shared/trace-exporter.ts'
import { keepRows } from '../shared/trace-store.ts'

const IndexerSettings = Settings.pick({
  ENVIRONMENT: true,
  LOG_LEVEL: true,
  DATABASE_URL: true,
  DATABASE_HTTP_URL: true,
  OPENAI_API_KEY: true,
  OPENAI_BASE_URL: true,
  EMBEDDING_MODEL: true,
  MODEL_PRICES: true,
  MAIL_URL: true,
  MAIL_TOKEN: true,
  MAIL_FROM: true,
  RETRY_MAX_ATTEMPTS: true,
  RETRY_BACKOFF_INITIAL: true,
  RETRY_BACKOFF_MAX: true,
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

export const indexerTracer = createTracer<IndexerEnv>('indexer', keepRows, 20)

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
export function indexerContext(env: IndexerEnv, origin: Origin): WithEnv<IndexerEnv> {
  checkSettings(IndexerSettings, env)
  const reporter = reporterOf(env, origin)
  const job = origin.actor.type === 'system' ? { job: origin.actor.job } : {}
  const forward = pushTo(env, 'indexer', origin.waitUntil)
  const bound = { worker: 'indexer', ...job }
  const log = createLog({ level: env.LOG_LEVEL, reporter, forward }, bound)
  return createContext(env, { log, metrics: metricsOf(env, origin.waitUntil) }, origin)
}
