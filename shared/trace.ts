/** W3C Trace Context: one `traceparent` in, the same trace out on every call that follows. */

/** version 00, trace id, parent id, flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** @returns the caller's own header when it is well formed, else the start of a new trace. */
export function traceparentOf(header: string | undefined): string {
  if (header && TRACEPARENT.test(header)) return header
  const random = hex(crypto.getRandomValues(new Uint8Array(24)))
  return `00-${random.slice(0, 32)}-${random.slice(32)}-01`
}

/** The trace id inside a traceparent, for log lines. */
export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35)

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}
