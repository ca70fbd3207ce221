/**
 * Which pages of other origins may read answers, for paths whose callers bring a key of their own:
 * there is no cookie a page could borrow, so any page may ask, and the key decides (WHATWG Fetch,
 * "CORS protocol"). Never for paths that a cookie opens.
 */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'

/** Seconds a browser need not ask again; Chromium keeps no answer longer. */
const PREFLIGHT_SECONDS = 7200

const ALLOWED = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers':
    'authorization, content-type, if-none-match, traceparent, x-api-key',
  'access-control-max-age': String(PREFLIGHT_SECONDS),
}

const READABLE = 'etag, retry-after, x-request-id, x-sse-support'

/**
 * A preflight carries no credential and needs none. What is refused with 403, which is also what a
 * key says to pages it does not know, other origins cannot read.
 */
export const allowPages = createMiddleware(async (c, next) => {
  const origin = c.req.header('origin')
  const isPreflight = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method')
  if (origin && isPreflight) {
    const headers = { 'access-control-allow-origin': origin, vary: 'origin', ...ALLOWED }
    return c.body(null, 204, headers)
  }
  // Before the answer is made: a header that is added to one afterwards makes another of its stream.
  c.header('vary', 'origin', { append: true })
  if (origin) allow(c, origin)
  await next()
  if (!c.res.headers.has('vary')) {
    // One that was made without the context.
    c.header('vary', 'origin')
    if (origin) allow(c, origin)
  }
  if (c.res.status === 403) c.header('access-control-allow-origin', undefined)
})

function allow(c: Context, origin: string): void {
  c.header('access-control-allow-origin', origin)
  c.header('access-control-expose-headers', READABLE)
}
