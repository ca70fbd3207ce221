/**
 * Spans as OTLP/HTTP takes them, in JSON.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/trace/v1/trace.proto
 */
import { type Attributes, type Kept, KIND, type SpanData } from './trace-span.ts'

/** Of `Status.code`: an operation that succeeded leaves it unset. */
const STATUS = { unset: 0, error: 2 }

/** @param resource Describes the deployment; the service's name is each segment's own. */
export function toOtlp(kept: readonly Kept[], resource: Attributes) {
  const services = Map.groupBy(kept, ({ segment }) => segment.service)
  const resourceSpans = [...services].map(([service, parts]) => ({
    resource: {
      attributes: toAttributes({ 'service.name': `voiceassist-${service}`, ...resource }),
    },
    scopeSpans: [{ scope: { name: 'voiceassist' }, spans: parts.flatMap(toSpans) }],
  }))
  return { resourceSpans }
}

const toSpans = ({ segment, spans }: Kept) =>
  spans.map((span) => toSpan(span, { request_id: segment.requestId }))

function toSpan(span: SpanData, common: Attributes) {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, isError, links } = span
  return {
    traceId,
    spanId,
    ...(parentSpanId && { parentSpanId }),
    name,
    kind: KIND[kind],
    startTimeUnixNano: toNanos(startMs),
    endTimeUnixNano: toNanos(endMs),
    attributes: toAttributes({ ...common, ...span.attributes, duration_ms: endMs - startMs }),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    status: { code: isError ? STATUS.error : STATUS.unset },
  }
}

/** 64-bit integers are strings in OTLP's JSON; a Worker's clock counts whole milliseconds. */
const toNanos = (ms: number) => `${Math.round(ms)}000000`

function toAttributes(attributes: Attributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }))
}

function toValue(value: Attributes[string]) {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
