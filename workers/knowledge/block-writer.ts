/** Builds a canonical text out of blocks, for formats whose text is not the file's own. */
import type { Block, Extracted } from './blocks.ts'
import { normalizeText } from './formats.ts'
import { DocumentFault, LIMITS } from './limits.ts'
import type { PageSpan } from './schemas.ts'

export type BlockWriter = ReturnType<typeof createBlockWriter>

/** Blocks parted by an empty line, pages in order; a text without pages has one. */
export function createBlockWriter() {
  const blocks: Block[] = []
  const pages: PageSpan[] = []
  let text = ''
  let pageStart = 0

  function endPage(): void {
    pages.push({ page: pages.length + 1, start: pageStart, end: text.length })
    if (pages.length > LIMITS.pages) throw new DocumentFault('too_many_pages')
    pageStart = text.length
  }

  return {
    /** @param level Depth of a heading from 1. @throws DocumentFault too_long */
    add(type: Block['type'], raw: string, level = 0): void {
      const clean = normalizeText(raw).trim()
      if (!clean) return
      if (text) text += '\n\n'
      const start = text.length
      text += clean
      blocks.push({ type, level, start, end: text.length })
      if (text.length > LIMITS.characters) throw new DocumentFault('too_long')
    },
    /** Everything since the page before is a page. @throws DocumentFault too_many_pages */
    endPage,
    isEmpty: () => blocks.length === 0,
    /** @throws DocumentFault empty */
    finish(title?: string): Extracted {
      if (blocks.length === 0) throw new DocumentFault('empty')
      if (pageStart < text.length || pages.length === 0) endPage()
      return { text, title: titleFrom(title), blocks, pages }
    },
  }
}

function titleFrom(raw = ''): string | undefined {
  return normalizeText(raw).replace(/\s+/g, ' ').trim().slice(0, 200) || undefined
}
