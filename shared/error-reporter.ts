/** What reports failures, whoever takes the reports: error-queue.ts makes one. */

type Fields = Readonly<Record<string, unknown>>

type Level = 'debug' | 'info' | 'warn' | 'error'

export interface ErrorReporter {
  /** Reports a thrown value; `message` says what failed by it. */
  capture(error: unknown, message: string, fields?: Fields): void
  /** Reports a failure of which nothing was thrown. */
  message(message: string, fields?: Fields): void
  /** Notes a step that a later report will show. */
  breadcrumb(level: Level, message: string, fields?: Fields): void
  /** The same way to the failure, with `fields` in every report. */
  scope(fields: Fields): ErrorReporter
}
