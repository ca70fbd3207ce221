/**
 * Structured logs, one JSON object per line. The only file that touches `console`. Where failures are
 * reported, a line of level error is a report, and the lines before it are its breadcrumbs.
 */
import type { ErrorReporter } from './error-reporter.ts'
import { redact } from './redact.ts'
import type { SpanContext } from './trace.ts'

export type Fields = Record<string, unknown>

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
  /** A log that adds `fields` to every line. */
  with(fields: Fields): Log
}

type CurrentSpan = () => SpanContext | undefined
const spans: { current: CurrentSpan } = { current: () => undefined }

/** How lines learn in whose course they are written; where nothing traces, in nobody's. */
export function nameSpans(current: CurrentSpan): void {
  spans.current = current
}

export interface LogOptions {
  /** Least level written; anything unknown counts as info. */
  level?: string
  write?: (line: string) => void
  reporter?: ErrorReporter | undefined
}

export function createLog(options: LogOptions = {}, bound: Fields = {}): Log {
  const { level = 'info', write = (line) => console.log(line), reporter } = options
  const least = LEVELS.findIndex((name) => name === level)
  return new JsonLog(write, least === -1 ? 1 : least, bound, reporter?.scope(bound))
}

/** A class, for every request binds its own: methods on a prototype are not made anew each time. */
class JsonLog implements Log {
  readonly #write: (line: string) => void
  readonly #least: number
  readonly #bound: Fields
  readonly #reporter: ErrorReporter | undefined

  constructor(
    write: (line: string) => void,
    least: number,
    bound: Fields,
    reporter: ErrorReporter | undefined,
  ) {
    this.#write = write
    this.#least = least
    this.#bound = bound
    this.#reporter = reporter
  }

  debug(message: string, fields?: Fields) {
    this.#put('debug', message, fields)
  }

  info(message: string, fields?: Fields) {
    this.#put('info', message, fields)
  }

  warn(message: string, fields?: Fields) {
    this.#put('warn', message, fields)
  }

  error(message: string, fields?: Fields) {
    this.#put('error', message, fields)
  }

  with(fields: Fields): Log {
    const bound = { ...this.#bound, ...fields }
    return new JsonLog(this.#write, this.#least, bound, this.#reporter?.scope(fields))
  }

  #put(level: Level, message: string, fields: Fields = {}) {
    if (LEVELS.indexOf(level) < this.#least) return
    const span = spans.current()
    const trace = span && { trace_id: span.traceId, span_id: span.spanId }
    const head = { timestamp: new Date().toISOString(), level, message, ...this.#bound, ...trace }
    const lost = { ...head, lost: Object.keys(fields) }
    this.#write(toLine({ ...head, ...fields }) ?? toLine(lost) ?? message)
    if (this.#reporter) tell(this.#reporter, level, message, fields)
  }
}

function tell(reporter: ErrorReporter, level: Level, message: string, fields: Fields): void {
  if (level !== 'error') return reporter.breadcrumb(level, message, fields)
  const { error, ...rest } = fields
  if (error === undefined) reporter.message(message, rest)
  else reporter.capture(error, message, rest)
}

/** Undefined when there is a cycle inside: a log line must not fail the work it tells of. */
function toLine(line: Fields): string | undefined {
  try {
    return JSON.stringify(line, (key, value) => redact(key, plain(value)))
  } catch {
    return undefined
  }
}

/** Errors have no enumerable fields: as they are, JSON would show `{}`. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { name, message, stack, cause }
}
