/**
 * The part of a trace that one request, message or effect makes here. Its spans are held until none
 * of them is open; then it is known whether one failed or was slow, and all are kept or none.
 */
import { redactText } from './redact.ts'
import { isNotable } from './trace-sampling.ts'
import { newSpanId, type SpanContext } from './trace.ts'

export type Attributes = Record<string, string | number | boolean>

/** As OTLP numbers them. https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
export type Kind = keyof typeof KIND

/** A span that has ended. Times are milliseconds since the epoch. */
export interface SpanData {
  traceId: string
  spanId: string
  parentSpanId: string | null
  /** Whether it is the first of its segment. */
  isEntry: boolean
  name: string
  kind: Kind
  startMs: number
  endMs: number
  attributes: Attributes
  isError: boolean
  links: readonly SpanContext[]
}

/** What of a span is known when it begins. */
export interface SpanStart {
  name: string
  kind?: Kind
  attributes?: Attributes
  links?: readonly SpanContext[]
}

/** What is added to a span while it runs. Query strings, prompts and content never are. */
export interface Span {
  name: string
  readonly context: SpanContext
  /** False where spans go nowhere: what is only said of a span need not be looked up then. */
  readonly isRecording: boolean
  set(attributes: Attributes): void
  /**
   * Marks it as failed; work that was called off has not failed.
   *
   * @param type Of the failure, where nothing was thrown
   */
  fail(error: unknown, type?: string): void
  end(): void
}

/** What is known of the work beyond its spans, some of it only in its course. */
export interface Segment {
  /** Which Worker. */
  service: string
  requestId: string
  tenantId?: string
  /** Of the conversation or the voice session it belongs to. */
  sessionId?: string
}

export interface Kept {
  segment: Segment
  /** Whether whoever began the trace wants it kept; else a span failed or was slow. */
  isSampled: boolean
  /** In the order they ended. */
  spans: SpanData[]
}

interface Options {
  segment: Segment
  traceId: string
  isSampled: boolean
  now: () => number
  keep: ((kept: Kept) => void) | undefined
}

/** Characters of an error's message. */
const MAX_MESSAGE = 200

export class Recording {
  readonly segment: Segment
  readonly #options: Options
  #spans: SpanData[] = []
  #open = 0
  #hasBegun = false
  #isNotable = false

  constructor(options: Options) {
    this.segment = options.segment
    this.#options = options
  }

  /** @param parentSpanId Null for the first span of a trace. */
  start(start: SpanStart, parentSpanId: string | null): Span {
    this.#open++
    const isEntry = !this.#hasBegun
    this.#hasBegun = true
    const { traceId, isSampled, now } = this.#options
    const context = { traceId, spanId: newSpanId(), isSampled }
    return new OpenSpan(start, context, now(), (ended) => {
      this.#end({ ...ended, ...context, parentSpanId, isEntry, endMs: now() })
    })
  }

  #end({ isSampled, ...span }: SpanData & Pick<SpanContext, 'isSampled'>): void {
    this.#open--
    this.#spans.push(span)
    this.#isNotable ||= isNotable(span)
    if (this.#open > 0) return
    const spans = this.#spans
    this.#spans = []
    if (!isSampled && !this.#isNotable) return
    this.#options.keep?.({ segment: this.segment, isSampled, spans })
  }
}

type Ended = Omit<SpanData, 'traceId' | 'spanId' | 'parentSpanId' | 'isEntry' | 'endMs'>

class OpenSpan implements Span {
  name: string
  readonly context: SpanContext
  readonly isRecording = true
  readonly #start: SpanStart
  readonly #startMs: number
  readonly #onEnd: (ended: Ended) => void
  readonly #attributes: Attributes
  #isError = false
  #hasEnded = false

  constructor(
    start: SpanStart,
    context: SpanContext,
    startMs: number,
    onEnd: (ended: Ended) => void,
  ) {
    this.name = start.name
    this.context = context
    this.#start = start
    this.#startMs = startMs
    this.#onEnd = onEnd
    this.#attributes = { ...start.attributes }
  }

  set(attributes: Attributes): void {
    Object.assign(this.#attributes, attributes)
  }

  fail(error: unknown, type = typeOf(error)): void {
    if (error instanceof Error && error.name === 'AbortError') return
    this.#isError = true
    this.set({ 'error.type': type })
    if (!(error instanceof Error)) return
    this.set({ 'error.message': redactText(error.message).slice(0, MAX_MESSAGE) })
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const { kind = 'internal', links = [] } = this.#start
    this.#onEnd({
      name: this.name,
      kind,
      startMs: this.#startMs,
      attributes: this.#attributes,
      isError: this.#isError,
      links,
    })
  }
}

/** A problem's code says more than its class; of what else was thrown, nobody knows what it may hold. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
