/** Lines of comma-separated values (RFC 4180), safe to open in a spreadsheet. */

export type CsvValue = string | number | boolean | null | undefined

export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cell).join()}\r\n`

/**
 * Spreadsheets take what begins like a formula for one, also with the wide signs that they turn into
 * plain ones (OWASP, CSV injection).
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

function cell(value: CsvValue): string {
  const text = String(value ?? '')
  const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
