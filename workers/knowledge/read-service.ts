/** The first slices of a run: the file becomes a text, cut into chunks. PDFs are read 25 pages at a time. */
import { sha256Hex } from '../../shared/digest.ts'
import type { Extracted } from './blocks.ts'
import { publishRun } from './chunk-store.ts'
import { chunkDocument } from './chunk.ts'
import { extractDocument } from './extract.ts'
import { readOriginal, readPages, readStoredText, writePages, writeText } from './files-client.ts'
import { titleOfFile } from './files.ts'
import { DocumentFault } from './limits.ts'
import type { PdfPage } from './pdf-layout.ts'
import { assemblePdf, openPdf } from './pdf.ts'
import type { IndexContext, Slice } from './perform.ts'
import { percentRead } from './progress.ts'
import { hasTwin } from './reuse-store.ts'
import type { StoredText } from './schemas.ts'
import { noteSuspicions } from './suspicion-store.ts'
import { suspicionsOf } from './suspicion.ts'

const PAGES_PER_SLICE = 25
/** Least milliseconds between two signs of life while pages are read. */
const HEARTBEAT_MS = 1000

/**
 * The text to embed, stored for the slices that follow; `more` when pages are left for the next one,
 * `duplicate` when another document has this text and the run ended as that one's duplicate.
 *
 * @throws DocumentFault
 */
export async function readSlice(
  ctx: IndexContext,
  slice: Slice,
): Promise<StoredText | 'more' | 'duplicate'> {
  const { lease, chunksTotal } = slice
  if (chunksTotal !== null) {
    const stored = await readStoredText(ctx, lease)
    if (stored) return stored
    throw new DocumentFault('missing')
  }
  const extracted = await extract(ctx, slice)
  return extracted === 'more' ? 'more' : store(ctx, slice, extracted)
}

async function extract(ctx: IndexContext, slice: Slice): Promise<Extracted | 'more'> {
  const bytes = await readOriginal(ctx, slice.lease.documentId)
  if (!bytes) throw new DocumentFault('missing')
  const beat = createHeartbeat(ctx, slice)
  if (slice.mediaType !== 'application/pdf') return extractDocument(bytes, slice.mediaType, beat)
  const pdf = await openPdf(bytes)
  try {
    const from = slice.pagesDone
    const to = Math.min(from + PAGES_PER_SLICE, pdf.pages)
    const pages = await pdf.read(from, to, beat)
    if (to === pdf.pages)
      return await assemblePdf(pdf, [...(await pagesBefore(ctx, slice)), ...pages])
    await writePages(ctx, slice.lease, from, pages)
    const percent = percentRead(to / pdf.pages)
    const counted = { pagesDone: to, pagesTotal: pdf.pages }
    return await slice.advance({ status: 'parsing', stage: 'extract', percent, ...counted })
  } finally {
    await pdf.close()
  }
}

/** What earlier slices read, in order. */
async function pagesBefore(ctx: IndexContext, { lease, pagesDone }: Slice): Promise<PdfPage[]> {
  const pages: PdfPage[] = []
  for (let from = 0; from < pagesDone; from += PAGES_PER_SLICE) {
    const read = await readPages(ctx, lease, from)
    if (!read) throw new DocumentFault('missing')
    pages.push(...read)
  }
  return pages
}

/** Reports reading, and stops it once the run is lost. */
function createHeartbeat(ctx: IndexContext, { keep }: Slice) {
  let last = 0
  return async (share: number): Promise<void> => {
    const now = ctx.now().getTime()
    if (now - last < HEARTBEAT_MS && share < 1) return
    last = now
    await keep({ status: 'parsing', stage: 'extract', percent: percentRead(share) })
  }
}

async function store(
  ctx: IndexContext,
  slice: Slice,
  extracted: Extracted,
): Promise<StoredText | 'duplicate'> {
  const { lease, keep, lost } = slice
  const { text, pages } = extracted
  const title = extracted.title ?? titleOfFile(slice.fileName)
  const textSha256 = await sha256Hex(text)
  const chunks = chunkDocument(extracted)
  const stored = { text, pages, title, textSha256, chunks }
  await Promise.all([
    writeText(ctx, lease, stored),
    noteSuspicions(ctx, lease, suspicionsOf(`${title}\n${text}`)),
  ])
  if (await hasTwin(ctx, lease, slice.kbId, textSha256)) {
    const publication = { title, pages: pages.length, textSha256, expectsTwin: true }
    const published = await publishRun(ctx, lease, publication)
    if (published === 'lost') lost()
    if (published === 'duplicate') return 'duplicate'
  }
  const counted = { pagesDone: pages.length, pagesTotal: pages.length, chunksTotal: chunks.length }
  await keep({ status: 'embedding', stage: 'embed', percent: percentRead(1), ...counted })
  return stored
}
