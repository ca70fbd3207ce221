/** Which traces are kept: a share of all by chance, and every one that failed or was slow. */
import type { SpanContext } from './trace.ts'

/** Milliseconds from which a span's trace is kept, whatever chance says. */
const SLOW_MS = 1000

/** Digits of a trace id that are random (W3C Trace Context, level 2, section 5.1). */
const RANDOM_DIGITS = 14

/**
 * Parent-based: whoever began the trace has decided. Else the trace id decides, so that all who see
 * it decide the same.
 *
 * @param ratio From 0 to 1.
 */
export function isSampled(
  traceId: string,
  parent: Pick<SpanContext, 'isSampled'> | undefined,
  ratio: number,
): boolean {
  if (parent) return parent.isSampled
  return Number.parseInt(traceId.slice(-RANDOM_DIGITS), 16) < ratio * 16 ** RANDOM_DIGITS
}

/** Whether a span alone is reason enough to keep its trace. */
export const isNotable = (span: { startMs: number; endMs: number; isError: boolean }) =>
  span.isError || span.endMs - span.startMs > SLOW_MS
