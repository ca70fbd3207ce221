/**
 * Structured logs, one JSON object per line. The only file that touches `console`. Where failures are
 * reported, a line of level error is a report, and the lines before it are its breadcrumbs; where lines
 * are kept elsewhere too, `forward` takes them there (log-push.ts).
 */
import { callSite } from './call-site.ts'
import type { ErrorReporter } from './error-reporter.ts'
import { redact } from './redact.ts'
import type { SpanContext } from './trace.ts'

export type Fields = Record<string, unknown>

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

/** A line as it was written. */
export interface Line {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly level: Level
  /** JSON, already redacted. */
  readonly text: string
}

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
  /** Gets every line that was written, too. */
  forward?: ((line: Line) => void) | undefined
}

export function createLog(options: LogOptions = {}, bound: Fields = {}): Log {
  const { level = 'info', write = (line) => console.log(line), reporter, forward } = options
  const least = LEVELS.findIndex((name) => name === level)
  const sink = { write, forward, least: least === -1 ? 1 : least }
  return new JsonLog(sink, bound, reporter?.scope(bound))
}

interface Sink extends Required<Pick<LogOptions, 'write'>>, Pick<LogOptions, 'forward'> {
  /** Index of the least level written. */
  least: number
}

/** A class, for every request binds its own: methods on a prototype are not made anew each time. */
class JsonLog implements Log {
  readonly #sink: Sink
  readonly #bound: Fields
  readonly #reporter: ErrorReporter | undefined

  constructor(sink: Sink, bound: Fields, reporter: ErrorReporter | undefined) {
    this.#sink = sink
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
    return new JsonLog(this.#sink, bound, this.#reporter?.scope(fields))
  }

  #put(level: Level, message: string, fields: Fields = {}) {
    const { least, write, forward } = this.#sink
    if (LEVELS.indexOf(level) < least) return
    const span = spans.current()
    const trace = span && { trace_id: span.traceId, span_id: span.spanId }
    const now = new Date()
    const { worker, logger = worker } = this.#bound
    const named = { timestamp: now.toISOString(), level, logger, message }
    // The method that was called is left out of the stack: what called it is the place.
    const head = { ...named, ...callSite(JsonLog.prototype[level]), ...this.#bound, ...trace }
    const lost = { ...head, lost: Object.keys(fields) }
    const text = toLine({ ...head, ...withException(fields) }) ?? toLine(lost) ?? message
    write(text)
    forward?.({ at: now.getTime(), level, text })
    if (this.#reporter) tell(this.#reporter, level, message, fields)
  }
}

/** What was thrown has a key of its own, by which it is searched for. */
function withException({ error, ...rest }: Fields): Fields {
  if (error === undefined) return rest
  return error instanceof Error ? { ...rest, exception: error } : { ...rest, error }
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
  return { type: name, message, stack, cause }
}
