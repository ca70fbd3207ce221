/** Workbooks keep moments as numbers; which numbers are moments is known by their format only. */
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** Built-in formats that show dates or times (ECMA-376 part 1, section 18.8.30). */
const isBuiltInDate = (id: number) => (id >= 14 && id <= 22) || (id >= 45 && id <= 47)

/** For each cell format whether it shows dates. */
export async function dateFormats(archive: Archive, part: string): Promise<boolean[]> {
  const custom = new Set<number>()
  const formats: boolean[] = []
  let isCellFormats = false
  await walkXml(archive.read(part), {
    open: (tag, { numFmtId = '0', formatCode = '' }) => {
      if (tag === 'numFmt' && isDateCode(formatCode)) custom.add(Number(numFmtId))
      if (tag === 'cellXfs') isCellFormats = true
      const id = Number(numFmtId)
      if (tag === 'xf' && isCellFormats) formats.push(custom.has(id) || isBuiltInDate(id))
    },
    close: (tag) => {
      if (tag === 'cellXfs') isCellFormats = false
    },
  })
  return formats
}

/** Quoted text, escapes and colours aside, only dates and times have these letters. */
const isDateCode = (code: string) => /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ''))

/** Days between the workbook's first day, with its leap day that never was, and 1970. */
const EPOCH_DAYS = 25_569
const DAY_MS = 86_400_000

/** @param serial Days since 1899-12-30, as most workbooks count. */
export function dateText(serial: number): string {
  const date = new Date(Math.round((serial - EPOCH_DAYS) * DAY_MS))
  if (Number.isNaN(date.getTime()) || serial < 0) return String(serial)
  const text = date.toISOString()
  if (serial < 1) return text.slice(11, 19)
  return Number.isInteger(serial) ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ')
}
