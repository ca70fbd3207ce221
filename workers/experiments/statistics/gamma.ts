/**
 * The two incomplete functions that every distribution here is made of. Both are regularised: shares of the
 * whole, from 0 to 1. Accurate to about 1e-13 of the smaller tail.
 */

/** Lanczos's coefficients for g = 7 (P. Godfrey, "A note on the computation of the convergent Lanczos series"). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const
const TINY = 1e-300
const PRECISION = 1e-16
const MOST_TERMS = 20_000

/** The natural logarithm of Γ(x), for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const base = x + 6.5
  const series = LANCZOS.reduce((sum, c, index) => sum + (index === 0 ? c : c / (x - 1 + index)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series)
}

/** Q(a, x) = Γ(a, x) / Γ(a): the upper tail, for a > 0 and x ≥ 0 (DLMF 8.2.4, 8.11.4, 8.9.2). */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - scale * gammaSeries(a, x) : scale * gammaFraction(a, x)
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function gammaFraction(a: number, x: number): number {
  return 1 / fraction(x + 1 - a, (n) => [n * (a - n), x + 2 * n + 1 - a])
}

/** I_x(a, b), for a, b > 0 and x from 0 to 1 (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const logScale =
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)
  return Math.exp(logScale) / a / fraction(1, (n) => [betaNumerator(n, x, a, b), 1])
}

function betaNumerator(n: number, x: number, a: number, b: number): number {
  const m = Math.floor(n / 2)
  const below = (a + 2 * m) * (n % 2 === 0 ? a + 2 * m - 1 : a + 2 * m + 1)
  return n % 2 === 0 ? (m * (b - m) * x) / below : (-(a + m) * (a + b + m) * x) / below
}

/**
 * b₀ + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method, as changed by Thompson and Barnett (J. Comput. Phys. 64, 1986).
 *
 * @param part aₙ and bₙ, from n = 1
 */
function fraction(first: number, part: (n: number) => readonly [a: number, b: number]): number {
  let value = first === 0 ? TINY : first
  let c = value
  let d = 0
  for (let n = 1; n < MOST_TERMS; n++) {
    const [a, b] = part(n)
    d = 1 / away(b + a * d)
    c = away(b + a / c)
    value *= c * d
    if (Math.abs(c * d - 1) < PRECISION * 4) break
  }
  return value
}

const away = (x: number): number => (Math.abs(x) < TINY ? TINY : x)
