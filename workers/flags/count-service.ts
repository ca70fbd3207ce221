/**
 * Counts of evaluations: collected in the isolate, and sent as messages that Postgres adds up. What an
 * isolate has when it is ended is lost: what came in METRICS_FLUSH_MS, or with 1,000 requests. An answer to
 * all flags is one request: else every tenth of a hundred flags would be a message.
 */
import type { MetricsEnv } from '../../shared/metrics.ts'
import type { CountMessage, CountRow } from './count-schemas.ts'
import { enqueue, type ExposureEnv, type QueueContext } from './exposure-client.ts'
import type { Place } from './hub-client.ts'
import { type Count, Tally } from './tally.ts'

export type CountContext = QueueContext & { readonly env: Pick<MetricsEnv, 'METRICS_FLUSH_MS'> }

/** Of one version of an environment's flags, in one isolate. */
export interface Counter {
  readonly place: Place
  readonly tally: Tally
  hasCounts: boolean
}

interface Book {
  /** Those that have counts, all of this minute. */
  counters: Counter[]
  minute: number
  requests: number
  /** When the flush that is on its way was asked for. */
  armedAt: number
}

const MINUTE_MS = 60_000
const MOST_REQUESTS = 1000
/** Rows per message: some 60 KB, of the 128 that a queue takes. */
const MOST_ROWS = 200
/** After so long, whoever was to flush is taken to have ended without it. */
const CARRIER_MS = 30_000

const books = new WeakMap<ExposureEnv, Book>()

export const counterOf = (place: Place, flags: readonly string[]): Counter => {
  return { place, tally: new Tally(flags), hasCounts: false }
}

/** Where the evaluations that follow are counted, until the caller waits for something. */
export function tallyOf(ctx: CountContext, counter: Counter): Tally {
  const now = ctx.now().getTime()
  const book = bookOf(ctx.env)
  const minute = Math.floor(now / MINUTE_MS)
  if (minute !== book.minute || book.requests >= MOST_REQUESTS) flush(ctx, book)
  book.minute = minute
  book.requests++
  if (!counter.hasCounts) {
    counter.hasCounts = true
    book.counters.push(counter)
  }
  const delayMs = Number(ctx.env.METRICS_FLUSH_MS)
  if (now - book.armedAt > delayMs + CARRIER_MS) {
    book.armedAt = now
    ctx.defer(flushLater(ctx, book, delayMs))
  }
  return counter.tally
}

function bookOf(env: ExposureEnv): Book {
  const known = books.get(env)
  if (known) return known
  const book = { counters: [], minute: 0, requests: 0, armedAt: Number.NEGATIVE_INFINITY }
  books.set(env, book)
  return book
}

async function flushLater(ctx: CountContext, book: Book, delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, delayMs))
  book.armedAt = Number.NEGATIVE_INFINITY
  flush(ctx, book)
}

function flush(ctx: CountContext, book: Book): void {
  const counters = book.counters.splice(0)
  book.requests = 0
  const messages = counters.flatMap((counter) => {
    counter.hasCounts = false
    return messagesOf(counter, new Date(book.minute * MINUTE_MS).toISOString())
  })
  if (messages.length > 0) enqueue(ctx, messages)
}

function messagesOf({ place, tally }: Counter, minute: string): CountMessage[] {
  const { tenantId, environment } = place
  const rows = tally.drain().map((count) => rowOf(environment, minute, count))
  const messages: CountMessage[] = []
  for (let from = 0; from < rows.length; from += MOST_ROWS) {
    const counts = rows.slice(from, from + MOST_ROWS)
    messages.push({ type: 'counts', id: crypto.randomUUID(), tenantId, counts })
  }
  return messages
}

function rowOf(environment: string, minute: string, { sketch, ...count }: Count): CountRow {
  const { flag, reason, evals, bulk, errors } = count
  const units = sketch ? btoa(String.fromCharCode(...sketch)) : null
  const variant = count.variant.slice(0, 200)
  return { environment, flag, variant, reason, minute, evals, bulk, errors, units }
}
