/** Calls out of a Worker: each is a span, and says so to whom it calls. */
import type { Attributes } from './trace-span.ts'
import { currentTraceparent, withSpan } from './tracing.ts'

/** `fetch`, in a span named by its method. Of the address only the host becomes an attribute. */
export const tracedFetch: typeof fetch = (input, init) => fetchAs(undefined, {}, input, init)

/** The same for a call that has a meaning of its own, such as a query. */
export function fetchAs(
  name: string | undefined,
  attributes: Attributes,
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input)
  const method =
    init?.method ?? (typeof input === 'object' && 'url' in input ? input.method : 'GET')
  const known = { 'http.request.method': method, 'server.address': url.hostname, ...attributes }
  const start = { name: name ?? `HTTP ${method}`, kind: 'client', attributes: known } as const
  return withSpan(start, async (span) => {
    const response = await fetch(input, { ...init, headers: carrying(input, init) })
    span.set({ 'http.response.status_code': response.status })
    if (response.status >= 400) span.fail(String(response.status))
    return response
  })
}

function carrying(input: RequestInfo | URL, init: RequestInit | undefined): Headers {
  const own = typeof input === 'object' && 'url' in input ? input.headers : undefined
  const headers = new Headers(init?.headers ?? own)
  const traceparent = currentTraceparent()
  if (traceparent) headers.set('traceparent', traceparent)
  return headers
}
