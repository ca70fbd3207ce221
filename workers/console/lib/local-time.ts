/** Moments as `<input type="datetime-local">` has them: in the reader's zone, without saying so. */

/** @returns '' for what is no moment */
export function toLocalInput(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** @returns RFC 3339 in UTC; '' for what is no moment */
export function fromLocalInput(text: string): string {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}
