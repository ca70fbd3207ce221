/**
 * PDF files as blocks, page by page. Only the indexer may reach this file: the parser is large, and
 * it reads what strangers made. The layout rules are pdf-layout.ts.
 */
import type { getDocumentProxy } from 'unpdf'
import { createBlockWriter } from './block-writer.ts'
import type { Extracted } from './blocks.ts'
import { normalizeText } from './formats.ts'
import { DocumentFault, LIMITS } from './limits.ts'
import { bodySize, type LaidBlock, layOutPage, type PdfPage, readLines } from './pdf-layout.ts'

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>

/**
 * A PDF whose pages can be read in slices. Close it.
 *
 * @throws DocumentFault encrypted, corrupt, too_many_pages
 */
export async function openPdf(bytes: Uint8Array) {
  const unpdf = await import('unpdf')
  const document = await unpdf.getDocumentProxy(bytes, { verbosity: 0 }).catch(refuse)
  const close = () => document.loadingTask.destroy()
  if (document.numPages > LIMITS.pages) {
    await close()
    throw new DocumentFault('too_many_pages')
  }
  return {
    pages: document.numPages,
    close,
    title: () => titleOf(document),
    /**
     * @param from Pages before the first one that is wanted.
     * @param onPage Called after each page with the share of the document read so far, above 0 to 1.
     * @throws DocumentFault corrupt
     */
    async read(from: number, to: number, onPage: (share: number) => Promise<void>) {
      const pages: PdfPage[] = []
      for (let number = from + 1; number <= Math.min(to, document.numPages); number++) {
        pages.push(await readPage(document, number).catch(refuse))
        await onPage(number / document.numPages)
      }
      return pages
    },
    /** Why there is no text. @returns never; it throws DocumentFault needs_ocr, empty */
    async refuseEmpty(): Promise<never> {
      throw new DocumentFault((await hasImages(document)) ? 'needs_ocr' : 'empty')
    },
  }
}

export type Pdf = Awaited<ReturnType<typeof openPdf>>

/** @throws DocumentFault encrypted, corrupt, too_many_pages, too_long, needs_ocr, empty */
export async function extractPdf(
  bytes: Uint8Array,
  onPage: (share: number) => Promise<void>,
): Promise<Extracted> {
  const pdf = await openPdf(bytes)
  try {
    return await assemblePdf(pdf, await pdf.read(0, pdf.pages, onPage))
  } finally {
    await pdf.close()
  }
}

async function readPage(document: PdfDocument, number: number): Promise<PdfPage> {
  const page = await document.getPage(number)
  const { items } = await page.getTextContent()
  page.cleanup()
  const runs = items.flatMap((item) => {
    if (!('str' in item)) return []
    const [, , skew = 0, scale = 0, x = 0, y = 0] = item.transform.map(Number)
    return [{ text: item.str, x, y, width: item.width, size: Math.hypot(skew, scale) || 1 }]
  })
  return readLines(runs)
}

/**
 * The canonical text, once all pages are read: what is a heading depends on all of them.
 *
 * @throws DocumentFault too_long, needs_ocr, empty
 */
export async function assemblePdf(pdf: Pdf, pages: readonly PdfPage[]): Promise<Extracted> {
  const body = bodySize(pages.flat(2))
  const laid = pages.map((page) => layOutPage(page, body))
  const levelOf = headingLevels(laid.flat())
  const writer = createBlockWriter()
  for (const page of laid) {
    for (const { type, text, size } of page) {
      writer.add(type, text, type === 'heading' ? levelOf(size) : 0)
    }
    writer.endPage()
  }
  return writer.isEmpty() ? pdf.refuseEmpty() : writer.finish(await pdf.title())
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
