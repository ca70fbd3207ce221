/** The geometry and the words of intervals: effects in, places on a common scale and texts out. Pure. */
import type { ExperimentComparison } from '../../experiments/result-schemas.ts'

export interface Span {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** The relative effect where there is one, for it compares across metrics; with its interval, if it has one. */
export function spanOf({ relative, absolute }: ExperimentComparison): Span | null {
  const effect = relative ?? absolute
  if (!effect || effect.low === null || effect.high === null) return null
  return { value: effect.value, low: effect.low, high: effect.high }
}

export interface Scale {
  /** The farthest from 0 that is shown, on both sides. */
  readonly reach: number
}

/** Symmetric, so that 0 is in the middle and a reader sees which side an interval is on. */
export function scaleOf(spans: readonly Span[]): Scale {
  const ends = spans.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])
  return { reach: Math.max(...ends, Number.MIN_VALUE) * 1.05 }
}

/** From 0 at the left to `width` at the right. */
export const placeOf = (value: number, { reach }: Scale, width: number): number =>
  Math.round((0.5 + value / (2 * reach)) * width * 100) / 100

const SMALLEST = 0.0001

/** p, never as a 0 that it is not. */
export function formatP(p: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 })
  return p < SMALLEST ? `< ${format.format(SMALLEST)}` : format.format(p)
}

/** A change with its sign: of the mean in percent, or in the metric's own unit. */
export function formatChange(change: number, isRelative: boolean, locale: string): string {
  return new Intl.NumberFormat(locale, {
    signDisplay: 'exceptZero',
    ...(isRelative
      ? { style: 'percent', maximumFractionDigits: 1 }
      : { maximumSignificantDigits: 3 }),
  }).format(change)
}

export const formatShare = (share: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(share)

/** A mean, of a share in percent. */
export const formatMean = (mean: number, isShare: boolean, locale: string): string =>
  isShare
    ? new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(mean)
    : new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(mean)
