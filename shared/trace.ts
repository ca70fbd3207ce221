/** W3C Trace Context, level 2: who a call's parent is. https://www.w3.org/TR/trace-context-2/ */

/** A span as others refer to it. */
export interface SpanContext {
  /** 32 hexadecimal digits, not all zero. */
  traceId: string
  /** 16 hexadecimal digits, not all zero. */
  spanId: string
  /** Whether whoever began the trace wants it recorded. */
  isSampled: boolean
}

/** Version, trace id, parent id, flags. Of later versions the first four fields are read (4.3). */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Undefined when the header is missing or malformed: then nothing of it is passed on. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(header ?? '') ?? []
  if (!traceId || !spanId || !flags) return undefined
  if (version === '00' && rest !== undefined) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export const formatTraceparent = ({ traceId, spanId, isSampled }: SpanContext) =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/**
 * Random UUIDs are the quickest random digits a Worker has; their fixed ones are not among a
 * trace id's last fourteen, which are those that have to be random.
 */
export const newTraceId = () => crypto.randomUUID().replaceAll('-', '')

export function newSpanId(): string {
  const uuid = crypto.randomUUID()
  return uuid.slice(0, 8) + uuid.slice(28)
}

/** @returns the caller's own header when it is well formed, else the start of a new trace. */
export function traceparentOf(header: string | undefined): string {
  const given = parseTraceparent(header)
  return formatTraceparent(given ?? { traceId: newTraceId(), spanId: newSpanId(), isSampled: true })
}

/** The trace id inside a traceparent, for log lines. */
export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35)
