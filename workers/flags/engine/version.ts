/** Versions as texts that compare like versions, GrowthBook's `paddedVersionString`. */
const DIGITS = /^\d+$/

/** "v1.10.0-rc.1+build" becomes "    1-   10-    0-rc-    1". Whatever is no version counts as 0. */
export function paddedVersion(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  const version = typeof text === 'string' && text !== '' ? text : '0'
  const parts = version.replace(/^v|\+.*$/g, '').split(/[-.]/)
  // The largest ASCII character: a release comes after its own candidates.
  if (parts.length === 3) parts.push('~')
  return parts.map((part) => (DIGITS.test(part) ? part.padStart(5, ' ') : part)).join('-')
}
