/** W3C Trace Context: one `traceparent` in, the same trace out on every call that follows. */

/** version 00, trace id, parent id, flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** @returns the caller's own header when it is well formed, else the start of a new trace. */
export function traceparentOf(header: string | undefined): string {
  if (header && TRACEPARENT.test(header)) return header
  return `00-${hex(16)}-${hex(8)}-01`
}

/** The trace id inside a traceparent, for log lines. */
export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35)

function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
