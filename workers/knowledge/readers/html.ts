/** HTML as blocks; the chapters of an EPUB too. What a reader of the page would not see is left out. */
import { Parser } from 'htmlparser2'
import { type BlockWriter, createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import { createTable } from './rows.ts'
import type { Walker } from './xml.ts'

const SKIPPED = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'svg',
  'iframe',
  'object',
  'select',
  'math',
])
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'bdi',
  'bdo',
  'cite',
  'code',
  'data',
  'del',
  'dfn',
  'em',
  'font',
  'i',
  'img',
  'ins',
  'kbd',
  'label',
  'mark',
  'q',
  'ruby',
  's',
  'samp',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'time',
  'tt',
  'u',
  'var',
  'wbr',
])
const HIDDEN = /display:\s*none|visibility:\s*hidden|opacity:\s*0(?![.\d])|font-size:\s*0(?![.\d])/i

/** @param text The file's text. @throws DocumentFault too_long, empty */
export function readHtml(text: string): Extracted {
  const writer = createBlockWriter()
  const reader = createHtmlReader(writer)
  const parser = new Parser({
    onopentag: reader.open,
    ontext: reader.text,
    onclosetag: reader.close,
  })
  parser.end(text)
  reader.end()
  return writer.finish(reader.title())
}

/** Writes what it is walked through. */
export function createHtmlReader(writer: BlockWriter) {
  const table = createTable()
  let skipping = 0
  let isTitle = false
  let pre = 0
  let title = ''
  let firstHeading = ''
  let text = ''

  function flush(level = 0): void {
    const clean = text
      .replace(/ *\n */g, '\n')
      .replace(/ {2,}/g, ' ')
      .trim()
    const kept = pre > 0 ? text : clean
    text = ''
    if (level === 1) firstHeading ||= clean
    writer.add(level > 0 ? 'heading' : 'paragraph', level > 0 ? oneLine(clean) : kept, level)
  }

  /** The boundary of a block, in a table a space. */
  function part(level = 0): void {
    if (table.isOpen()) table.write(' ')
    else flush(level)
  }

  function begin(name: string): void {
    if (name === 'table') {
      part()
      table.begin()
    } else if (name === 'tr') table.beginRow()
    else if (name === 'td' || name === 'th') table.beginCell()
    else if (name === 'br') write('\n')
    else if (!INLINE.has(name)) part()
    if (name === 'pre') pre++
    if (name === 'li' && !table.isOpen()) text = '- '
  }

  function write(piece: string): void {
    if (table.isOpen()) table.write(piece)
    else text += piece
  }

  return {
    open: (name: string, attributes: Readonly<Record<string, string>>): void => {
      if (skipping > 0 || SKIPPED.has(name) || isHidden(attributes)) skipping++
      else if (name === 'title') isTitle = true
      else begin(name)
    },
    text: (piece: string): void => {
      if (skipping > 0) return
      if (isTitle) title += piece
      else write(pre > 0 ? piece : piece.replace(/\s+/g, ' '))
    },
    close: (name: string): void => {
      if (skipping > 0) return void skipping--
      if (name === 'title') isTitle = false
      else if (name === 'table') {
        const lines = table.end()
        if (lines) writer.add(lines.length > 1 ? 'table' : 'paragraph', lines.join('\n'))
      } else if (!INLINE.has(name) && name !== 'br') part(headingLevel(name))
      if (name === 'pre') pre = Math.max(0, pre - 1)
    },
    end: (): void => flush(),
    title: (): string => title.trim() || firstHeading,
  } satisfies Walker & { end: () => void; title: () => string }
}

function isHidden(attributes: Readonly<Record<string, string>>): boolean {
  const { hidden, style = '' } = attributes
  return hidden !== undefined || attributes['aria-hidden'] === 'true' || HIDDEN.test(style)
}

const headingLevel = (name: string) => (/^h[1-6]$/.test(name) ? Number(name[1]) : 0)

const oneLine = (text: string) => text.replaceAll('\n', ' ')
