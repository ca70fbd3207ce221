/** A trace as rows: each span under its parent, and where it lies between begin and end. Pure. */
import type { Trace, TraceSpan } from '../../traces/schemas.ts'

export interface WaterfallRow {
  span: TraceSpan
  /** Ancestors that are shown. */
  depth: number
  /** Shares of the trace's duration, from 0 to 1. */
  start: number
  width: number
}

/** In the order of time, children below their parents; a span whose parent is not shown stands first. */
export function rowsOf({ startedAt, durationMs, spans }: Trace): WaterfallRow[] {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const parentOf = ({ parentSpanId }: TraceSpan) =>
    parentSpanId !== null && known.has(parentSpanId) ? parentSpanId : null
  const children = Map.groupBy(spans, parentOf)
  const beganMs = Date.parse(startedAt)
  const whole = Math.max(1, durationMs)
  const below = (parent: string | null, depth: number): WaterfallRow[] =>
    (children.get(parent) ?? []).flatMap((span) => [
      {
        span,
        depth,
        start: (Date.parse(span.startedAt) - beganMs) / whole,
        width: span.durationMs / whole,
      },
      ...below(span.spanId, depth + 1),
    ])
  return below(null, 0)
}

/** 32 hexadecimal digits by themselves, or within a traceparent. */
const TRACE_ID = /^(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i

/** The trace id that `text` is; undefined for anything else, such as a request's id. */
export const traceIdIn = (text: string): string | undefined =>
  TRACE_ID.exec(text.trim())?.[1]?.toLowerCase()
