/** Presentations as blocks, a slide per page, with what the speaker noted (ECMA-376 part 1, section 19). */
import { type BlockWriter, createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import type { OnShare } from './office.ts'
import { coreTitle, relationsOf } from './parts.ts'
import { createTable } from './rows.ts'
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** @throws DocumentFault too_long, too_many_pages, empty */
export async function readPptx(
  archive: Archive,
  main: string,
  onShare: OnShare,
): Promise<Extracted> {
  const relations = await relationsOf(archive, main)
  const slides: string[] = []
  await walkXml(archive.read(main), {
    open: (tag, attributes) => {
      const target = relations.find(({ id }) => id === attributes['r:id'])?.target
      if (tag === 'sldId' && target) slides.push(target)
    },
  })
  const writer = createBlockWriter()
  for (const [index, slide] of slides.entries()) {
    await walkXml(archive.read(slide), createSlideWalker(writer))
    const related = await relationsOf(archive, slide)
    const notes = related.find(({ type }) => type === 'notesSlide')?.target ?? ''
    await walkXml(archive.read(notes), createSlideWalker(writer))
    writer.endPage()
    await onShare((index + 1) / slides.length)
  }
  return writer.finish(await coreTitle(archive))
}

/** Placeholders that repeat on every slide and say nothing. */
const NOISE = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg'])

function createSlideWalker(writer: BlockWriter) {
  const table = createTable()
  let placeholder = ''
  let isText = false
  let text = ''

  function flush(): void {
    if (table.isOpen()) table.write(` ${text}`)
    else if (!NOISE.has(placeholder)) {
      const isTitle = placeholder === 'title' || placeholder === 'ctrTitle'
      writer.add(isTitle ? 'heading' : 'paragraph', text, isTitle ? 1 : 0)
    }
    text = ''
  }

  return {
    open: (tag: string, { type = 'body' }: Readonly<Record<string, string>>): void => {
      if (tag === 'sp') placeholder = ''
      else if (tag === 'ph') placeholder = type
      else if (tag === 't') isText = true
      else if (tag === 'br') text += '\n'
      else if (tag === 'tbl') table.begin()
      else if (tag === 'tr') table.beginRow()
      else if (tag === 'tc') table.beginCell()
    },
    text: (piece: string): void => void (text += isText ? piece : ''),
    close: (tag: string): void => {
      if (tag === 't') isText = false
      else if (tag === 'p') flush()
      else if (tag === 'sp') placeholder = ''
      else if (tag === 'tbl') {
        const lines = table.end()
        if (lines) writer.add(lines.length > 1 ? 'table' : 'paragraph', lines.join('\n'))
      }
    },
  }
}
