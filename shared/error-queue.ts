/**
 * Reporting failures to Sentry, without knowing it: a report goes into the queue `errors`, and what
 * sends it on is workers/errors/sentry-client.ts in the indexer. So the library weighs on no Worker
 * that answers requests, and Sentry being away costs them nothing. Off without SENTRY_DSN.
 */
import { type Breadcrumb, dataOf, type ErrorReport, reportOf } from './error-report.ts'
import type { ErrorReporter } from './error-reporter.ts'
import { type MetricsEnv, metricsOf, type WaitUntil } from './metrics.ts'
import { isSet } from './secret.ts'

type Fields = Readonly<Record<string, unknown>>

export interface ReporterEnv extends MetricsEnv {
  readonly ERROR_REPORTS: { send(report: ErrorReport): Promise<unknown> }
}

export interface Origin {
  waitUntil: WaitUntil
  request?: Request
}

/** Undefined where nothing is reported. One for each request, message, tick or object. */
export function reporterOf(env: ReporterEnv, origin: Origin): ErrorReporter | undefined {
  return isSet(env, 'SENTRY_DSN') ? new QueueReporter(env, origin, [], {}) : undefined
}

/** Of the last steps; those before them have been forgotten. */
const MAX_BREADCRUMBS = 20

class QueueReporter implements ErrorReporter {
  readonly #env: ReporterEnv
  readonly #origin: Origin
  readonly #breadcrumbs: Breadcrumb[]
  readonly #bound: Fields

  constructor(env: ReporterEnv, origin: Origin, breadcrumbs: Breadcrumb[], bound: Fields) {
    this.#env = env
    this.#origin = origin
    this.#breadcrumbs = breadcrumbs
    this.#bound = bound
  }

  capture(error: unknown, message: string, fields: Fields = {}): void {
    this.#send(error, message, fields)
  }

  message(message: string, fields: Fields = {}): void {
    this.#send(undefined, message, fields)
  }

  breadcrumb(level: Breadcrumb['level'], message: string, fields: Fields = {}): void {
    this.#breadcrumbs.push({ at: Date.now(), level, message, data: dataOf(fields) })
    if (this.#breadcrumbs.length > MAX_BREADCRUMBS) this.#breadcrumbs.shift()
  }

  scope(fields: Fields): ErrorReporter {
    const bound = { ...this.#bound, ...fields }
    return new QueueReporter(this.#env, this.#origin, this.#breadcrumbs, bound)
  }

  #send(error: unknown, message: string, fields: Fields): void {
    const { waitUntil, request } = this.#origin
    const at = Date.now()
    const drop = () =>
      metricsOf(this.#env, waitUntil).inc('voiceassist_error_reports_total', { result: 'dropped' })
    if (!admit(this.#env, at)) return drop()
    const report = reportOf({
      id: crypto.randomUUID().replaceAll('-', ''),
      at,
      message,
      error,
      fields: { ...this.#bound, ...fields },
      breadcrumbs: [...this.#breadcrumbs],
      request,
    })
    // The failure is in the log already: a queue that is away must not add one of its own.
    waitUntil(this.#queue(report, drop))
  }

  async #queue(report: ErrorReport, drop: () => void): Promise<void> {
    try {
      await this.#env.ERROR_REPORTS.send(report)
    } catch {
      drop()
    }
  }
}

/** While everything fails, the first reports of a minute tell as much as all of them. */
const MAX_PER_MINUTE = 50

const minutes = new WeakMap<ReporterEnv, { began: number; sent: number }>()

function admit(env: ReporterEnv, at: number): boolean {
  const known = minutes.get(env)
  const minute = known && at - known.began < 60_000 ? known : { began: at, sent: 0 }
  minutes.set(env, minute)
  minute.sent++
  return minute.sent <= MAX_PER_MINUTE
}
