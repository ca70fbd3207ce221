/**
 * What a browser measured as a span of the trace that the request it made goes on in. Its ids are the
 * browser's; its name and attributes come from lists of ours.
 */
import type { Attributes, SpanData } from '../../shared/trace-span.ts'
import { parseTraceparent } from '../../shared/trace.ts'
import type { RumEvent, SpanRef } from './rum-schemas.ts'

export type Timed = Extract<RumEvent, { span?: SpanRef | undefined }>

/** The route's template of a call, or the page's name; from our lists. */
type Place = string

/**
 * Undefined for what is in no trace.
 *
 * @param now When the report came, in milliseconds since 1970
 */
export function spanOf(event: Timed, place: Place, now: number): SpanData | undefined {
  const { span, ms } = event
  const context = parseTraceparent(span?.traceparent)
  if (!span || !context) return undefined
  const startMs = now - span.ago
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentSpanId: span.parent ?? null,
    // Each is all that its report tells of its trace at once.
    isEntry: true,
    ...describe(event, place),
    startMs,
    // It cannot have ended after it was reported.
    endMs: Math.min(startMs + ms, now),
    links: [],
  }
}

type Described = Pick<SpanData, 'name' | 'kind' | 'attributes' | 'isError'>

function describe(event: Timed, place: Place): Described {
  if (event.type === 'load') return plain('console.load', {})
  if (event.type === 'navigation') return plain('console.navigate', { page: place })
  const { method = '', status = 0 } = event.span ?? {}
  const isError = status === 0 || status >= 500
  const attributes: Attributes = {
    'http.request.method': method,
    'http.route': place,
    ...(status > 0 && { 'http.response.status_code': status }),
    ...(isError && { 'error.type': status === 0 ? 'no_answer' : String(status) }),
  }
  return { name: `${method} ${place}`, kind: 'client', attributes, isError }
}

const plain = (name: string, attributes: Attributes): Described => {
  return { name, kind: 'internal', attributes, isError: false }
}
