/** Word documents as blocks (ECMA-376 part 1, section 17). */
import { createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import type { OnShare } from './office.ts'
import { coreTitle, relationsOf } from './parts.ts'
import { createTable } from './rows.ts'
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** @throws DocumentFault too_long, too_many_pages, empty */
export async function readDocx(
  archive: Archive,
  main: string,
  onShare: OnShare,
): Promise<Extracted> {
  const relations = await relationsOf(archive, main)
  const partOf = (wanted: string) => relations.find(({ type }) => type === wanted)?.target ?? ''
  const levels = await headingStyles(archive, partOf('styles'))
  const writer = createBlockWriter()
  const parts = [main, partOf('footnotes'), partOf('endnotes')]
  for (const [index, part] of parts.entries()) {
    await walkXml(archive.read(part), createWordWalker(writer, levels))
    await onShare((index + 1) / parts.length)
  }
  return writer.finish(await coreTitle(archive))
}

/** Levels of the styles that make a paragraph a heading; their names are English in every language. */
async function headingStyles(archive: Archive, part: string): Promise<Map<string, number>> {
  const levels = new Map<string, number>()
  let style = ''
  await walkXml(archive.read(part), {
    open: (tag, attributes) => {
      const value = attributes['w:val'] ?? ''
      if (tag === 'style') style = attributes['w:styleId'] ?? ''
      if (tag === 'name' && /^title$/i.test(value)) levels.set(style, 1)
      const named = /^heading ([1-9])$/i.exec(value)?.[1]
      if (tag === 'name' && named) levels.set(style, Math.min(Number(named), 6))
      if (tag === 'outlineLvl' && Number(value) < 9) levels.set(style, outline(value))
    },
  })
  return levels
}

/** Outline levels count from 0; 9 is running text (section 17.3.1.20). */
const outline = (value: string) => Math.min(Number(value) + 1, 6)

/** Elements that stand for characters. */
const CHARACTERS = new Map([
  ['tab', ' '],
  ['br', '\n'],
  ['cr', '\n'],
  ['noBreakHyphen', '-'],
])

function createWordWalker(
  writer: ReturnType<typeof createBlockWriter>,
  levels: ReadonlyMap<string, number>,
) {
  const table = createTable()
  let text = ''
  let level = 0
  let run = { inside: false, hidden: false }
  let isText = false
  let fallback = 0
  let pageBreaks = 0

  function flush(): void {
    const clean = text.trim()
    if (table.isOpen()) table.write(` ${clean}`)
    else writer.add(level > 0 ? 'heading' : 'paragraph', clean, level)
    text = ''
    level = 0
    if (!table.isOpen()) turnPages()
  }
  /** A page can only end between blocks. */
  function turnPages(): void {
    for (; pageBreaks > 0; pageBreaks--) writer.endPage()
  }

  function open(tag: string, attributes: Readonly<Record<string, string>>): void {
    const value = attributes['w:val']
    // Drawings hold their text twice, the second time for old programs.
    if (fallback > 0 || tag === 'Fallback') return void fallback++
    const write = CHARACTERS.get(tag)
    if (write !== undefined) text += write
    else if (tag === 'p') flush()
    else if (tag === 'r') run = { inside: true, hidden: false }
    else if (tag === 't') isText = !run.hidden
    else if (tag === 'lastRenderedPageBreak') turn()
    else format(tag, value)
    openTable(tag)
  }
  function format(tag: string, value = ''): void {
    if (tag === 'pStyle') level = levels.get(value) ?? level
    else if (tag === 'outlineLvl') level = Number(value) < 9 ? outline(value) : 0
    else if (tag === 'vanish' && run.inside) run.hidden = !/^(0|false|off)$/.test(value)
  }
  function turn(): void {
    pageBreaks++
    if (!text.trim() && !table.isOpen()) turnPages()
  }
  function openTable(tag: string): void {
    if (tag === 'tbl') table.begin()
    else if (tag === 'tr') table.beginRow()
    else if (tag === 'tc') table.beginCell()
  }

  return {
    open,
    text: (piece: string): void => void (text += isText ? piece : ''),
    close: (tag: string): void => {
      if (fallback > 0) return void fallback--
      if (tag === 't') isText = false
      else if (tag === 'r') run = { inside: false, hidden: false }
      else if (tag === 'p') flush()
      else if (tag === 'tbl') {
        const lines = table.end()
        if (lines) writer.add(lines.length > 1 ? 'table' : 'paragraph', lines.join('\n'))
        if (lines) turnPages()
      }
    },
  }
}
