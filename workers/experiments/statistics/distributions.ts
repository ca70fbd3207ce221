/** Tails and quantiles of the normal, Student's t and the chi-square distribution. */
import { incompleteBeta, logGamma, upperGamma } from './gamma.ts'

/** Above these degrees of freedom t is taken from the normal, corrected: a difference below 1e-10. */
const MANY_DEGREES = 100_000

/** P(Z > z). */
export function normalTail(z: number): number {
  const outer = upperGamma(0.5, (z * z) / 2) / 2
  return z >= 0 ? outer : 1 - outer
}

/** The z with P(Z ≤ z) = p. */
export const normalQuantile = (p: number): number =>
  symmetricQuantile(p, normalTail, (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI))

/** P(T > t) with `degrees` > 0 of freedom, which need not be whole. */
export function tTail(t: number, degrees: number): number {
  if (degrees > MANY_DEGREES) return normalTail(normalOf(t, degrees))
  const outer = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
  return t >= 0 ? outer : 1 - outer
}

/** Wallace's transform of t to a normal deviate (Abramowitz and Stegun 26.7.8). */
const normalOf = (t: number, degrees: number): number =>
  (t * (1 - 1 / (4 * degrees))) / Math.sqrt(1 + (t * t) / (2 * degrees))

/** The t with P(T ≤ t) = p. */
export function tQuantile(p: number, degrees: number): number {
  const logScale =
    logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(degrees * Math.PI)
  const density = (t: number) =>
    Math.exp(logScale - ((degrees + 1) / 2) * Math.log1p((t * t) / degrees))
  return symmetricQuantile(p, (t) => tTail(t, degrees), density)
}

/** P(X > x) with `degrees` > 0 of freedom. */
export const chiSquareTail = (x: number, degrees: number): number => upperGamma(degrees / 2, x / 2)

/** The x with P(X ≤ x) = p. */
export function chiSquareQuantile(p: number, degrees: number): number {
  if (p <= 0) return 0
  if (p >= 1) return Infinity
  const a = degrees / 2
  const density = (x: number) =>
    Math.exp((a - 1) * Math.log(x) - x / 2 - a * Math.LN2 - logGamma(a))
  return solve(1 - p, (x) => chiSquareTail(x, degrees), density)
}

function symmetricQuantile(
  p: number,
  tail: (x: number) => number,
  density: (x: number) => number,
): number {
  if (p <= 0) return -Infinity
  if (p >= 1) return Infinity
  if (p === 0.5) return 0
  return p > 0.5 ? solve(1 - p, tail, density) : -solve(p, tail, density)
}

/** The x ≥ 0 with tail(x) = wanted, of a falling tail: Newton's steps, halving where they leave the bracket. */
function solve(
  wanted: number,
  tail: (x: number) => number,
  density: (x: number) => number,
): number {
  let low = 0
  let high = 1
  while (tail(high) > wanted) {
    low = high
    high *= 2
  }
  let x = (low + high) / 2
  for (let round = 0; round < 200 && high - low > 1e-15 * high; round++) {
    const excess = tail(x) - wanted
    if (excess > 0) low = x
    else high = x
    const step = x + excess / density(x)
    const next = step > low && step < high ? step : (low + high) / 2
    if (Math.abs(next - x) <= 1e-15 * x) return next
    x = next
  }
  return x
}
