/**
 * Calls of the API as the page sees them: how long until a response began, and which trace they are
 * the beginning of. Each carries a `traceparent`, so that its request goes on in that trace.
 */
import type { RumEvent, SpanRef } from '../../ops/rum-schemas.ts'

/** Makes an event when it is reported; `now` as `performance.now()`. */
export type Report = (now: number) => RumEvent

/** What the page does, as a span. */
export interface View {
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
  /** As `performance.now()`. */
  readonly began: number
}

/** Random hexadecimal digits; UUIDs have 32, of which a few in the middle are fixed. */
const digits = () => crypto.randomUUID().replaceAll('-', '')

/** @param above In whose course it happens; without one it begins a trace */
export function newView(began: number, above?: View): View {
  const spanId = digits().slice(16)
  if (!above) return { traceId: digits(), spanId, began }
  return { traceId: above.traceId, spanId, parent: above.spanId, began }
}

/** The longest time the server takes. */
export const MAX_MS = 600_000

/**
 * W3C Trace Context. Whether the trace is kept is the server's to decide, for it knows the share: to the
 * page it is not sampled.
 */
const traceparentOf = ({ traceId, spanId }: View) => `00-${traceId}-${spanId}-00`

export function refOf(view: View, now: number): SpanRef {
  const { parent, began } = view
  const ago = Math.min(now - began, MAX_MS)
  return { traceparent: traceparentOf(view), ago, ...(parent && { parent }) }
}

type Method = NonNullable<Extract<RumEvent, { type: 'api' }>['span']>['method']
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
] as const satisfies readonly Method[]

/** The longest path the server takes. */
const MAX_PATH = 300

/** Which call of our API this is; undefined for everything else that is fetched. */
function callOf(input: RequestInfo | URL, init: RequestInit | undefined) {
  const isRequest = input instanceof Request
  const { origin, pathname } = new URL(isRequest ? input.url : input, location.href)
  const wanted = (init?.method ?? (isRequest ? input.method : 'GET')).toUpperCase()
  const method = METHODS.find((known) => known === wanted)
  if (origin !== location.origin || !/^\/(?:api|v1|ofrep)\//.test(pathname)) return undefined
  if (!method || pathname.length > MAX_PATH) return undefined
  return { path: pathname, method }
}

/** From now on the page's own `fetch` measures; uploads do not pass there, for they show progress. */
export function watchCalls(add: (report: Report) => void, view: () => View | undefined): void {
  const send = globalThis.fetch.bind(globalThis)
  globalThis.fetch = async (input, init) => {
    const call = callOf(input, init)
    if (!call) return send(input, init)
    const own = newView(performance.now(), view())
    const { path, method } = call
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}))
    headers.set('traceparent', traceparentOf(own))
    const note = (status: number) => {
      const ms = performance.now() - own.began
      add((now) => ({ type: 'api', path, ms, span: { ...refOf(own, now), method, status } }))
    }
    try {
      const response = await send(input, { ...init, headers })
      note(response.status)
      return response
    } catch (error) {
      const isCalledOff = error instanceof DOMException && error.name === 'AbortError'
      if (!isCalledOff) note(0)
      throw error
    }
  }
}
