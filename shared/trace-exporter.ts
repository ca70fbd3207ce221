/**
 * Where kept spans go: an OTLP collector. It gets batches after the response; nobody waits for them,
 * and a failure is counted and goes no further.
 */
import { type Batcher, createBatcher, type WaitUntil } from './batcher.ts'
import { type MetricsEnv, metricsOf } from './metrics.ts'
import { toOtlp } from './otlp.ts'
import { secretHeaders } from './secret-headers.ts'
import type { Kept, SpanStart, Span } from './trace-span.ts'
import { enterTrace, untraced } from './tracing.ts'

export interface TraceEnv extends MetricsEnv {
  readonly ENVIRONMENT: string
  /** Base address of a collector; empty, and spans go to none. */
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string
  /** Share of traces that are kept by chance, from 0 to 1. */
  readonly OTEL_TRACES_SAMPLER_ARG: string
}

/** Spans in a batch, milliseconds it waits, spans that wait at most. */
const BATCH = { maxBatch: 512, delayMs: 200, maxQueue: 2048 }

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

export function createTracer<Env extends TraceEnv>(service: string): Tracer<Env> {
  const collectors = new WeakMap<Env, Batcher<Kept>>()
  const collectorFor = (env: Env) => {
    const collector = collectors.get(env) ?? collectorOf(env)
    collectors.set(env, collector)
    return collector
  }

  const isKept = (env: Env) => env.OTEL_EXPORTER_OTLP_ENDPOINT !== ''
  const record = (env: Env, kept: Kept, waitUntil: WaitUntil) =>
    untraced(() => {
      if (isKept(env)) collectorFor(env).add([kept], waitUntil)
    })

  return {
    record,
    enter(env, entry, start, work) {
      const send = (kept: Kept) => record(env, kept, entry.waitUntil)
      const keep = isKept(env) ? send : undefined
      const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG)
      return enterTrace({ ...entry, service, ratio, keep }, start, work)
    },
  }
}

function collectorOf(env: TraceEnv): Batcher<Kept> {
  return createBatcher<Kept>({
    ...BATCH,
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
