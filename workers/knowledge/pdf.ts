/**
 * PDF files as blocks, page by page. Only the indexer may reach this file: the parser is large, and
 * it reads what strangers made. The layout rules are pdf-layout.ts.
 */
import type { getDocumentProxy } from 'unpdf'
import { createBlockWriter } from './block-writer.ts'
import type { Extracted } from './blocks.ts'
import { normalizeText } from './formats.ts'
import { DocumentFault, LIMITS } from './limits.ts'
import { bodySize, type LaidBlock, layOutPage, type Run } from './pdf-layout.ts'

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>

/**
 * @param onPage Called after each page with the share read so far, above 0 to 1.
 * @throws DocumentFault encrypted, corrupt, too_many_pages, too_long, needs_ocr, empty
 */
export async function extractPdf(
  bytes: Uint8Array,
  onPage: (share: number) => Promise<void>,
): Promise<Extracted> {
  const unpdf = await import('unpdf')
  const document = await unpdf.getDocumentProxy(bytes, { verbosity: 0 }).catch(refuse)
  try {
    if (document.numPages > LIMITS.pages) throw new DocumentFault('too_many_pages')
    const pages: Run[][] = []
    for (let number = 1; number <= document.numPages; number++) {
      pages.push(await readPage(document, number).catch(refuse))
      await onPage(number / document.numPages)
    }
    const extracted = assemble(pages, await titleOf(document))
    if (extracted) return extracted
    throw new DocumentFault((await hasImages(document)) ? 'needs_ocr' : 'empty')
  } finally {
    await document.loadingTask.destroy()
  }
}

async function readPage(document: PdfDocument, number: number): Promise<Run[]> {
  const page = await document.getPage(number)
  const { items } = await page.getTextContent()
  page.cleanup()
  return items.flatMap((item) => {
    if (!('str' in item)) return []
    const [, , skew = 0, scale = 0, x = 0, y = 0] = item.transform.map(Number)
    return [{ text: item.str, x, y, width: item.width, size: Math.hypot(skew, scale) || 1 }]
  })
}

/** The canonical text; undefined when no page has any. */
function assemble(pages: readonly Run[][], title: string | undefined): Extracted | undefined {
  const body = bodySize(pages.flat())
  const laid = pages.map((runs) => layOutPage(runs, body))
  const levelOf = headingLevels(laid.flat())
  const writer = createBlockWriter()
  for (const page of laid) {
    for (const { type, text, size } of page) {
      writer.add(type, text, type === 'heading' ? levelOf(size) : 0)
    }
    writer.endPage()
  }
  return writer.isEmpty() ? undefined : writer.finish(title)
}

/** The largest heading size is level 1, and so on down to 6. */
function headingLevels(blocks: readonly LaidBlock[]): (size: number) => number {
  const sizes = blocks.filter(({ type }) => type === 'heading').map(({ size }) => Math.round(size))
  const ranks = [...new Set(sizes)].toSorted((a, b) => b - a)
  return (size) => Math.min(ranks.indexOf(Math.round(size)) + 1, 6)
}

/** From the document's information; names of files and programs are no titles. */
async function titleOf(document: PdfDocument): Promise<string | undefined> {
  const { info } = await document.getMetadata().catch(() => ({ info: {} }))
  const raw = 'Title' in info && typeof info.Title === 'string' ? normalizeText(info.Title) : ''
  const title = raw.replace(/\s+/g, ' ').trim()
  const useful = title.length > 2 && !/^untitled|^microsoft |\.\w{2,4}$/i.test(title)
  return useful ? title.slice(0, 200) : undefined
}

/** Whether one of the first pages paints an image: then the text is in the picture. */
async function hasImages(document: PdfDocument): Promise<boolean> {
  const { getResolvedPDFJS } = await import('unpdf')
  const { OPS } = await getResolvedPDFJS()
  const painting = new Set([
    OPS.paintImageXObject,
    OPS.paintInlineImageXObject,
    OPS.paintImageMaskXObject,
  ])
  for (let number = 1; number <= Math.min(document.numPages, 3); number++) {
    const page = await document.getPage(number)
    const { fnArray } = await page.getOperatorList()
    if (fnArray.some((operation) => painting.has(operation))) return true
  }
  return false
}

/** pdf.js throws its own errors, told apart by name. */
function refuse(cause: unknown): never {
  const name = cause instanceof Error ? cause.name : ''
  throw new DocumentFault(name === 'PasswordException' ? 'encrypted' : 'corrupt', { cause })
}
