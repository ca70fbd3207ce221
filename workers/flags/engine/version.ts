/** Versions compared as GrowthBook compares them: as texts, padded so that 10 comes after 9. */
import { orderOf } from './values.ts'

const DIGITS = /^\d+$/
const WIDTH = 5
const [SPACE, DASH, DOT, ZERO, NINE] = [32, 45, 46, 48, 57]

/** "v1.10.0-rc.1+build" becomes "    1-   10-    0-rc-    1". Whatever is no version counts as 0. */
export function paddedVersion(value: unknown): string {
  const parts = versionText(value)
    .replace(/^v|\+.*$/g, '')
    .split(/[-.]/)
  // The largest ASCII character: a release comes after its own candidates.
  if (parts.length === 3) parts.push('~')
  return parts.map((part) => (DIGITS.test(part) ? part.padStart(WIDTH, ' ') : part)).join('-')
}

function versionText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text !== '' ? text : '0'
}

/**
 * Below zero, zero or above zero, as `paddedVersion(value)` comes before, is or comes after `padded`;
 * without making that text, which took two thirds of the time of a rule that asks for a version.
 */
export function versionOrder(value: unknown, padded: string): number {
  const text = versionText(value)
  // Rare, and cut off by rules of its own.
  if (text.includes('+')) return orderOf(paddedVersion(text), padded)
  let [from, next, parts] = [text.startsWith('v') ? 1 : 0, 0, 0]
  for (; from <= text.length; parts++) {
    const part = partEnd(text, from)
    const end = Math.abs(part)
    const first = from - (part > from ? Math.max(WIDTH - (end - from), 0) : 0)
    if (parts > 0 && padded.charCodeAt(next++) !== DASH) return orderAt(DASH, padded, next)
    for (let at = first; at < end; at++) {
      const char = at < from ? SPACE : text.charCodeAt(at)
      if (padded.charCodeAt(next++) !== char) return orderAt(char, padded, next)
    }
    from = end + 1
  }
  return parts === 3 ? orderOf('-~', padded.slice(next)) : next - padded.length
}

/** Where the part ends; as a negative number when it is no number. */
function partEnd(text: string, from: number): number {
  let isNumber = true
  for (let at = from; at <= text.length; at++) {
    const char = text.charCodeAt(at)
    if (at === text.length || char === DOT || char === DASH) return isNumber ? at : -at
    if (char < ZERO || char > NINE) isNumber = false
  }
  return from
}

/** Of texts that differ before `next`, where the first has `char`; the second may have ended. */
const orderAt = (char: number, padded: string, next: number) =>
  next > padded.length ? 1 : char - padded.charCodeAt(next - 1)
