/** Whether one run is better than another on the same cases, or only luckier. */
import { meanOf } from './metrics.ts'

export interface Difference {
  /** Cases that both runs have a value for. */
  cases: number
  /** Means over those cases. */
  base: number
  other: number
  /** `other` less `base`, and the interval that holds it in 95 of 100 samples of cases. */
  mean: number
  low: number
  high: number
  /** Cases in which `other` is higher, and in which it is lower. */
  wins: number
  losses: number
}

/** Values by case; null where the case has none. */
export type Values = ReadonlyMap<string, number | null>

const SAMPLES = 2000

/**
 * Paired difference with a percentile bootstrap over cases (Efron and Tibshirani 1993, chapter 13). The
 * samples are drawn from a fixed seed, so that the same two runs always compare the same.
 *
 * @returns null when no case has a value in both runs
 */
export function compareValues(base: Values, other: Values): Difference | null {
  const pairs = [...base].flatMap(([id, value]): [number, number][] => {
    const second = other.get(id) ?? null
    return value === null || second === null ? [] : [[value, second]]
  })
  if (pairs.length === 0) return null
  const differences = pairs.map(([first, second]) => second - first)
  const means = resample(differences).toSorted((a, b) => a - b)
  return {
    cases: pairs.length,
    base: mean(pairs.map(([first]) => first)),
    other: mean(pairs.map(([, second]) => second)),
    mean: mean(differences),
    low: means[Math.floor(SAMPLES * 0.025)] ?? 0,
    high: means[Math.ceil(SAMPLES * 0.975) - 1] ?? 0,
    wins: differences.filter((difference) => difference > 0).length,
    losses: differences.filter((difference) => difference < 0).length,
  }
}

const mean = (values: readonly number[]) => meanOf(values) ?? 0

/** Means of samples as large as the whole, drawn with putting back. */
function resample(values: readonly number[]): number[] {
  const random = createRandom(values.length)
  return Array.from({ length: SAMPLES }, () => {
    let total = 0
    for (let drawn = 0; drawn < values.length; drawn += 1)
      total += values[Math.floor(random() * values.length)] ?? 0
    return total / values.length
  })
}

/** mulberry32: small, even enough for drawing cases, and the same everywhere. */
function createRandom(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
