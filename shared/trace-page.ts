/** Traces that a page of ours begins: it makes their ids, and which of them are kept is decided here. */
import { isSampled } from './trace-sampling.ts'
import { formatTraceparent, parseTraceparent } from './trace.ts'

/**
 * The traceparent with which work goes on. A page does not know which share is kept, so what it leaves
 * open is decided by the trace id, and anew the same way when the page reports its own spans.
 *
 * @param fetchSite `Sec-Fetch-Site`, which no script can set: https://www.w3.org/TR/fetch-metadata/
 * @param ratio From 0 to 1
 */
export function decideForPage(
  traceparent: string,
  fetchSite: string | undefined,
  ratio: number,
): string {
  if (fetchSite !== 'same-origin') return traceparent
  const parent = parseTraceparent(traceparent)
  if (!parent || parent.isSampled) return traceparent
  return formatTraceparent({ ...parent, isSampled: isSampled(parent.traceId, undefined, ratio) })
}
