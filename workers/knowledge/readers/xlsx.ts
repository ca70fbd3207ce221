/** Workbooks as blocks, a sheet per page and each a table (ECMA-376 part 1, section 18). */
import { createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import { DocumentFault, LIMITS } from '../limits.ts'
import type { OnShare } from './office.ts'
import { coreTitle, relationsOf } from './parts.ts'
import { lineOfCells } from './rows.ts'
import { dateFormats, dateText } from './xlsx-dates.ts'
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

interface Shared {
  strings: readonly string[]
  /** Whether a cell format shows dates, by its index. */
  dates: readonly boolean[]
}

/** @throws DocumentFault too_long, too_many_pages, empty */
export async function readXlsx(
  archive: Archive,
  main: string,
  onShare: OnShare,
): Promise<Extracted> {
  const relations = await relationsOf(archive, main)
  const partOf = (wanted: string) => relations.find(({ type }) => type === wanted)?.target ?? ''
  const shared = {
    strings: await sharedStrings(archive, partOf('sharedStrings')),
    dates: await dateFormats(archive, partOf('styles')),
  }
  const sheets: { name: string; part: string }[] = []
  await walkXml(archive.read(main), {
    open: (tag, { name = '', state, ...attributes }) => {
      const part = relations.find(({ id }) => id === attributes['r:id'])?.target
      if (tag === 'sheet' && part && state !== 'hidden' && state !== 'veryHidden') {
        sheets.push({ name, part })
      }
    },
  })
  const writer = createBlockWriter()
  for (const [index, { name, part }] of sheets.entries()) {
    const rows = await readSheet(archive, part, shared)
    if (rows.length > 0) writer.add('heading', name, 1)
    writer.add('table', linesOf(rows).join('\n'))
    writer.endPage()
    await onShare((index + 1) / sheets.length)
  }
  return writer.finish(await coreTitle(archive))
}

async function sharedStrings(archive: Archive, part: string): Promise<string[]> {
  const strings: string[] = []
  let length = 0
  let isText = false
  let phonetic = false
  await walkXml(archive.read(part), {
    open: (tag) => {
      if (tag === 'si') strings.push('')
      if (tag === 'rPh') phonetic = true
      isText = tag === 't' && !phonetic
    },
    text: (text) => {
      if (!isText) return
      length += text.length
      if (length > LIMITS.characters) throw new DocumentFault('too_long')
      strings.push((strings.pop() ?? '') + text)
    },
    close: (tag) => {
      isText = false
      if (tag === 'rPh') phonetic = false
    },
  })
  return strings
}

/** Columns that have text, by their number. */
type Row = Map<number, string>

async function readSheet(archive: Archive, part: string, shared: Shared): Promise<Row[]> {
  const rows: Row[] = []
  let length = 0
  let column = 0
  let cell = { type: '', style: 0 }
  let isValue = false
  let value = ''
  await walkXml(archive.read(part), {
    open: (tag, { r = '', t = '', s = '' }) => {
      if (tag === 'row') {
        rows.push(new Map())
        column = 0
      } else if (tag === 'c') {
        column = columnOf(r) ?? column + 1
        cell = { type: t, style: Number(s) }
        value = ''
      } else isValue = tag === 'v' || tag === 't'
    },
    text: (text) => void (value += isValue ? text : ''),
    close: (tag) => {
      isValue = false
      if (tag !== 'c') return
      const text = cellText(value, cell, shared)
      length += text.length
      if (length > LIMITS.characters) throw new DocumentFault('too_long')
      if (text.trim()) rows.at(-1)?.set(column, text)
    },
  })
  return rows.filter((row) => row.size > 0)
}

function cellText(value: string, { type, style }: { type: string; style: number }, shared: Shared) {
  if (type === 's') return shared.strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  const isNumber = (type === '' || type === 'n') && value !== ''
  return isNumber && shared.dates[style] ? dateText(Number(value)) : value
}

/** From A1 style: A is 1, XFD 16384. */
function columnOf(reference: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0]
  if (letters === undefined) return undefined
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
}

/** Only the columns that are used: one cell far to the right would else make every line long. */
function linesOf(rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))].toSorted((a, b) => a - b)
  if (rows.length * columns.length > LIMITS.characters) throw new DocumentFault('too_long')
  return rows.flatMap((row) => lineOfCells(columns.map((column) => row.get(column) ?? '')) ?? [])
}
