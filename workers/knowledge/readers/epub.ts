/** EPUB books as blocks, a chapter file per page (EPUB 3.3, sections 4 and 5). */
import { createBlockWriter } from '../block-writer.ts'
import type { Extracted } from '../blocks.ts'
import { DocumentFault } from '../limits.ts'
import { createHtmlReader } from './html.ts'
import type { OnShare } from './office.ts'
import { resolvePart } from './parts.ts'
import { walkXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** @throws DocumentFault corrupt, encrypted, too_long, too_many_pages, empty */
export async function readEpub(archive: Archive, onShare: OnShare): Promise<Extracted> {
  if (await isProtected(archive)) throw new DocumentFault('encrypted')
  const { chapters, title } = await readPackage(archive)
  const writer = createBlockWriter()
  for (const [index, chapter] of chapters.entries()) {
    const reader = createHtmlReader(writer)
    await walkXml(archive.read(chapter), reader)
    reader.end()
    writer.endPage()
    await onShare((index + 1) / chapters.length)
  }
  return writer.finish(title)
}

/** Fonts may be obfuscated in any book; what else is encrypted nobody here can read. */
async function isProtected(archive: Archive): Promise<boolean> {
  let found = false
  await walkXml(archive.read('META-INF/encryption.xml'), {
    open: (tag, { Algorithm = '' }) => {
      if (tag === 'EncryptionMethod' && !/obfuscation|RC$/i.test(Algorithm)) found = true
    },
  })
  return found
}

/** The chapters in reading order. */
async function readPackage(archive: Archive) {
  let opf = ''
  await walkXml(archive.read('META-INF/container.xml'), {
    open: (tag, attributes) => {
      if (tag === 'rootfile') opf ||= attributes['full-path'] ?? ''
    },
  })
  if (!archive.has(opf)) throw new DocumentFault('corrupt')
  const items = new Map<string, string>()
  const order: string[] = []
  let title = ''
  let isTitle = false
  await walkXml(archive.read(opf), {
    open: (tag, { id = '', href = '', idref = '' }) => {
      if (tag === 'item') items.set(id, resolvePart(opf, href))
      if (tag === 'itemref') order.push(idref)
      isTitle = tag === 'title' && !title
    },
    text: (text) => void (title += isTitle ? text : ''),
    close: () => void (isTitle = false),
  })
  return { chapters: order.flatMap((id) => items.get(id) ?? []), title }
}
