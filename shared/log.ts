/** Structured logs, one JSON object per line. The only file that touches `console`. */
import { redact } from './redact.ts'

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

export interface LogOptions {
  /** Least level written; anything unknown counts as info. */
  level?: string
  write?: (line: string) => void
}

export function createLog(options: LogOptions = {}, bound: Fields = {}): Log {
  const { level = 'info', write = (line) => console.log(line) } = options
  const least = LEVELS.findIndex((name) => name === level)
  const put = (name: Level, message: string, fields: Fields = {}) => {
    if (LEVELS.indexOf(name) < (least === -1 ? 1 : least)) return
    const head = { timestamp: new Date().toISOString(), level: name, message, ...bound }
    write(
      toLine({ ...head, ...fields }) ?? toLine({ ...head, lost: Object.keys(fields) }) ?? message,
    )
  }
  return {
    debug: (message, fields) => put('debug', message, fields),
    info: (message, fields) => put('info', message, fields),
    warn: (message, fields) => put('warn', message, fields),
    error: (message, fields) => put('error', message, fields),
    with: (fields) => createLog(options, { ...bound, ...fields }),
  }
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
