/** W3C Trace Context: one `traceparent` in, the same trace out on every call that follows. */

/** version 00, trace id, parent id, flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * Random UUIDs are the quickest random digits a Worker has; their fixed ones are not among a
 * trace id's last fourteen, which are those that have to be random.
 *
 * @returns the caller's own header when it is well formed, else the start of a new trace.
 */
export function traceparentOf(header: string | undefined): string {
  if (header && TRACEPARENT.test(header)) return header
  const parent = crypto.randomUUID()
  return `00-${crypto.randomUUID().replaceAll('-', '')}-${parent.slice(0, 8)}${parent.slice(28)}-01`
}

/** The trace id inside a traceparent, for log lines. */
export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35)
