/**
 * Where kept spans go: an OTLP collector, and the database. Each gets batches after the response; nobody
 * waits for them, and a failure is counted and goes no further.
 */
import { type Batcher, createBatcher, type WaitUntil } from './batcher.ts'
import { type MetricsEnv, metricsOf } from './metrics.ts'
import { toOtlp } from './otlp.ts'
import { secretHeaders } from './secret-headers.ts'
import type { Kept, SpanStart, Span } from './trace-span.ts'
import { type KeepRows, toRows } from './trace-store.ts'
import { enterTrace, untraced } from './tracing.ts'

export interface TraceEnv extends MetricsEnv {
  readonly ENVIRONMENT: string
  /** `true` or `false`: whether spans are kept in the database. */
  readonly ENABLE_TRACES: string
  /** Base address of a collector; empty, and spans go to none. */
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string
  /** Share of traces that are kept by chance, from 0 to 1. */
  readonly OTEL_TRACES_SAMPLER_ARG: string
}

/** Spans in a batch, milliseconds it waits, spans that wait at most. */
const BATCH = { maxBatch: 512, delayMs: 200, maxQueue: 2048 }

/** The database gets one statement a second from an isolate, not five. */
const STORE_DELAY_MS = 1000

/** Milliseconds a collector has to answer. */
const TIMEOUT_MS = 5000

/** What of a piece of work is known where it enters a Worker. */
export interface Entry {
  traceparent: string | undefined
  requestId: string
  tenantId?: string
  waitUntil: WaitUntil
  execution?: object
}

export interface Tracer<Env> {
  /** Runs `work` in the first span this Worker adds to a trace. */
  enter<Result>(
    env: Env,
    entry: Entry,
    start: SpanStart,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result>
  /** Takes spans that ended elsewhere, in a browser, and are to be kept. */
  readonly record: (env: Env, kept: Kept, waitUntil: WaitUntil) => void
}

/**
 * @param keepRows How this Worker writes into the database.
 * @param mostDelayMs What a batch waits at most. A queue's next message waits for all that the one before left
 *   behind, so a consumer's batches leave at once.
 */
export function createTracer<Env extends TraceEnv>(
  service: string,
  keepRows: KeepRows<Env>,
  mostDelayMs = STORE_DELAY_MS,
): Tracer<Env> {
  const collectorFor = perEnv<Env>((env) => collectorOf(env, mostDelayMs))
  const storeFor = perEnv<Env>((env) => storeOf(env, keepRows, mostDelayMs))

  const isCollected = (env: Env) => env.OTEL_EXPORTER_OTLP_ENDPOINT !== ''
  const isStored = (env: Env) => env.ENABLE_TRACES === 'true'
  const record = (env: Env, kept: Kept, waitUntil: WaitUntil) =>
    untraced(() => {
      if (isCollected(env)) collectorFor(env).add([kept], waitUntil)
      if (isStored(env)) storeFor(env).add([kept], waitUntil)
    })

  return {
    record,
    enter(env, entry, start, work) {
      const send = (kept: Kept) => record(env, kept, entry.waitUntil)
      const keep = isCollected(env) || isStored(env) ? send : undefined
      const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG)
      return enterTrace({ ...entry, service, ratio, keep }, start, work)
    },
  }
}

/** One for each isolate's environment. */
function perEnv<Env extends object>(make: (env: Env) => Batcher<Kept>) {
  const made = new WeakMap<Env, Batcher<Kept>>()
  return (env: Env) => {
    const batcher = made.get(env) ?? make(env)
    made.set(env, batcher)
    return batcher
  }
}

function storeOf<Env extends TraceEnv>(
  env: Env,
  keepRows: KeepRows<Env>,
  delayMs: number,
): Batcher<Kept> {
  return createBatcher<Kept>({
    ...BATCH,
    delayMs,
    sizeOf: ({ spans }) => spans.length,
    send: async (kept) => void (await keepRows(env, toRows(kept))),
    onResult: (result, spans) =>
      metricsOf(env).inc('voiceassist_traces_stored_total', { result }, spans),
  })
}

function collectorOf(env: TraceEnv, mostDelayMs: number): Batcher<Kept> {
  return createBatcher<Kept>({
    ...BATCH,
    delayMs: Math.min(BATCH.delayMs, mostDelayMs),
    sizeOf: ({ spans }) => spans.length,
    send: (kept) => post(env, kept),
    onResult: (result, spans) =>
      metricsOf(env).inc('voiceassist_traces_exported_total', { result }, spans),
  })
}

async function post(env: TraceEnv, kept: readonly Kept[]): Promise<void> {
  const resource = { 'deployment.environment.name': env.ENVIRONMENT }
  const response = await fetch(`${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
    method: 'POST',
    headers: {
      ...(await secretHeaders(env, 'OTEL_EXPORTER_OTLP_HEADERS')),
      'content-type': 'application/json',
    },
    body: JSON.stringify(toOtlp(kept, resource)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the collector answered ${response.status}`)
}
