/**
 * Spans around work, without naming their parent: it is the span in whose course the work began.
 * Outside of any trace work simply runs.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { WaitUntil } from './batcher.ts'
import { nameSpans } from './log.ts'
import { isSampled } from './trace-sampling.ts'
import { type Kept, Recording, type Segment, type Span, type SpanStart } from './trace-span.ts'
import {
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseTraceparent,
  type SpanContext,
} from './trace.ts'

/** The platform's own spans, where it has them: `ExecutionContext.tracing`. */
interface NativeTracing {
  enterSpan<Result>(name: string, work: (span: NativeSpan) => Result): Result
  /** The span of the whole work. */
  getActiveSpan?(): NativeSpan | undefined
}
interface NativeSpan {
  /** False while the platform records nothing. */
  readonly isTraced?: boolean
  setAttribute(key: string, value: string | number | boolean): void
}

interface Scope {
  recording: Recording
  span: SpanContext
  waitUntil: WaitUntil
  native: NativeTracing | undefined
}

const scopes = new AsyncLocalStorage<Scope | undefined>()
nameSpans(() => scopes.getStore()?.span)

/** Where a piece of a trace begins. */
export interface TraceOrigin extends Segment {
  /** As the caller sent it; one that is malformed is not passed on. */
  traceparent: string | undefined
  /** Share of the traces begun here that are kept, from 0 to 1. */
  ratio: number
  waitUntil: WaitUntil
  /** Undefined where spans go nowhere: none is made then, but the platform's own where it has them. */
  keep: ((kept: Kept) => void) | undefined
  /** The platform's context of this work. */
  execution?: object
}

/** Runs `work` in the first span of this piece; it fails as `work` does. */
export function enterTrace<Result>(
  { traceparent, ratio, waitUntil, keep, execution, ...segment }: TraceOrigin,
  start: SpanStart,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const parent = parseTraceparent(traceparent)
  const traceId = parent?.traceId ?? newTraceId()
  const sampled = isSampled(traceId, parent, ratio)
  const native = sampled ? nativeOf(execution) : undefined
  if (!keep && !native) {
    // Nor is the work followed: in workerd that costs each request more than everything else here.
    const context = { traceId, spanId: newSpanId(), isSampled: sampled }
    return work({ ...NO_SPAN, context })
  }
  const now = Date.now
  const recording = new Recording({ segment, traceId, isSampled: sampled, now, keep })
  const span = recording.start(start, parent?.spanId ?? null)
  const scope = { recording, span: span.context, waitUntil, native }
  return follow(scope, span, () => work(span))
}

/** Runs `work` in a span of its own. */
export function withSpan<Result>(
  start: SpanStart,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const scope = scopes.getStore()
  if (!scope) return work({ ...NO_SPAN })
  const span = scope.recording.start(start, scope.span.spanId)
  const inside = { ...scope, span: span.context }
  if (!scope.native) return follow(inside, span, () => work(span))
  return scope.native.enterSpan(start.name, (mirror) => {
    for (const [key, value] of Object.entries(start.attributes ?? {})) {
      mirror.setAttribute(key, value)
    }
    return follow(inside, span, () => work(span))
  })
}

async function follow<Result>(
  scope: Scope,
  span: Span,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await scopes.run(scope, work)
  } catch (error) {
    span.fail(error)
    throw error
  } finally {
    span.end()
  }
}

/**
 * A generator whose work happens in a span that ends with it. The span's parent is where the
 * generator was made: whoever reads it may be anywhere.
 */
export function traceStream<Value, Returned>(
  start: SpanStart,
  make: (span: Span) => AsyncGenerator<Value, Returned>,
): AsyncGenerator<Value, Returned> {
  const scope = scopes.getStore()
  if (!scope) return make({ ...NO_SPAN })
  return traced(scope, scope.recording.start(start, scope.span.spanId), make)
}

async function* traced<Value, Returned>(
  scope: Scope,
  span: Span,
  make: (span: Span) => AsyncGenerator<Value, Returned>,
): AsyncGenerator<Value, Returned> {
  const inside = { ...scope, span: span.context }
  const stream = make(span)
  try {
    for (;;) {
      const part = await scopes.run(inside, () => stream.next())
      if (part.done) return part.value
      yield part.value
    }
  } catch (error) {
    span.fail(error)
    throw error
  } finally {
    await scopes.run(inside, () => stream[Symbol.asyncDispose]())
    span.end()
  }
}

/** Runs `work` outside of any trace: telemetry does not tell of itself. */
export const untraced = <Result>(work: () => Result): Result => scopes.run(undefined, work)

/** Whose work the current piece turned out to be. */
export function noteTenant(tenantId: string): void {
  const scope = scopes.getStore()
  if (scope && tenantId) scope.recording.segment.tenantId = tenantId
}

/** Which conversation or voice session the current piece belongs to. */
export function noteSession(sessionId: string): void {
  const scope = scopes.getStore()
  if (scope) scope.recording.segment.sessionId = sessionId
}

/** Of the current span, for calls that carry it on. */
export function currentTraceparent(): string | undefined {
  const scope = scopes.getStore()
  return scope && formatTraceparent(scope.span)
}

const NO_SPAN: Span = {
  isRecording: false,
  name: '',
  context: { traceId: '', spanId: '', isSampled: false },
  set() {},
  fail() {},
  end() {},
}

/** Asked for, not assumed: some runtimes of Workers have none. */
function nativeOf(execution: object | undefined): NativeTracing | undefined {
  if (!execution || !('tracing' in execution)) return undefined
  const { tracing } = execution
  if (!isNative(tracing)) return undefined
  // Spans nobody records are not worth following the work for.
  const isOff = tracing.getActiveSpan !== undefined && !tracing.getActiveSpan()?.isTraced
  return isOff ? undefined : tracing
}

const isNative = (tracing: unknown): tracing is NativeTracing =>
  typeof tracing === 'object' &&
  tracing !== null &&
  'enterSpan' in tracing &&
  typeof tracing.enterSpan === 'function'
