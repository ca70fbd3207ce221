/** CSV and JSON as blocks: records become a table whose header row every chunk repeats. */
import Papa from 'papaparse'
import { createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import { DocumentFault } from '../limits.ts'
import { lineOfCells } from './rows.ts'

/** RFC 4180, with the delimiter as found. @throws DocumentFault too_long, empty */
export function readCsv(text: string): Extracted {
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' })
  const writer = createBlockWriter()
  writer.add('table', data.flatMap((row) => lineOfCells(row) ?? []).join('\n'))
  return writer.finish()
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Deeper nesting is no document. */
const MAX_DEPTH = 100

/** JSON (RFC 8259) or a value per line. @throws DocumentFault corrupt, unsafe, too_long, empty */
export function readJson(text: string): Extracted {
  const writer = createBlockWriter()

  function write(value: Json, path: readonly string[]): void {
    if (path.length > MAX_DEPTH) throw new DocumentFault('unsafe')
    if (typeof value !== 'object' || value === null) {
      return writer.add('paragraph', [path.at(-1), scalarText(value)].filter(Boolean).join(': '))
    }
    if (Array.isArray(value) && value.length > 1 && value.every(isRecord)) {
      return writer.add('table', tableOf(value).join('\n'))
    }
    const fields = Object.entries(value).filter(([, field]) => isScalar(field))
    const lines = fields.map(([key, field]) =>
      Array.isArray(value) ? `- ${scalarText(field)}` : `${key}: ${scalarText(field)}`,
    )
    writer.add('paragraph', lines.join('\n'))
    for (const [key, field] of Object.entries(value)) {
      if (isScalar(field)) continue
      const name = Array.isArray(value) ? `${path.at(-1) ?? ''} ${Number(key) + 1}`.trim() : key
      writer.add('heading', name, Math.min(path.length + 1, 6))
      write(field, [...path, name])
    }
  }

  write(parseJson(text.trim()), [])
  return writer.finish()
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const lines = text.split('\n').filter((line) => line.trim())
    try {
      if (lines.length > 1) return lines.map((line): Json => JSON.parse(line))
    } catch {
      // Neither form: the first error says where.
    }
    throw new DocumentFault(cause instanceof RangeError ? 'unsafe' : 'corrupt', { cause })
  }
}

const isScalar = (value: Json) => typeof value !== 'object' || value === null

const isRecord = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isScalar)

const scalarText = (value: Json | undefined) =>
  typeof value === 'object' ? '' : String(value ?? '')

/** One column per key, in the order in which keys first appear. */
function tableOf(records: readonly Record<string, Json>[]): string[] {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const rows = records.map((record) => columns.map((column) => scalarText(record[column])))
  return [columns, ...rows].flatMap((row) => lineOfCells(row) ?? [])
}
