/** Any accepted file as blocks over its canonical text. Reached by the indexer only (see pdf.ts). */
import { blocksOfMarkdown, blocksOfPlainText, type Extracted } from './blocks.ts'
import { decodeText, isArchive, normalizeText } from './formats.ts'
import { DocumentFault, LIMITS } from './limits.ts'
import { extractPdf } from './pdf.ts'
import { readHtml } from './readers/html.ts'
import { readArchive } from './readers/office.ts'
import { readCsv, readJson } from './readers/records.ts'
import { visibleMarkdown } from './visible.ts'

/**
 * @param mediaType One of formats.ts.
 * @param onPage Called as reading goes on, with the share read so far; may throw to stop it.
 * @throws DocumentFault when the file cannot be indexed as it is
 */
export async function extractDocument(
  bytes: Uint8Array,
  mediaType: string,
  onPage: (share: number) => Promise<void>,
): Promise<Extracted> {
  if (mediaType === 'application/pdf') return extractPdf(bytes, onPage)
  if (isArchive(mediaType)) return readArchive(bytes, onPage)
  const text = normalizeText(decodeText(bytes))
  if (mediaType === 'text/html') return readHtml(text)
  if (text.length > LIMITS.characters) throw new DocumentFault('too_long')
  const extracted = readText(text, mediaType)
  if (extracted.blocks.length === 0) throw new DocumentFault('empty')
  return extracted
}

function readText(text: string, mediaType: string): Extracted {
  if (mediaType === 'text/csv') return readCsv(text)
  if (mediaType === 'application/json') return readJson(text)
  if (mediaType !== 'text/markdown') return blocksOfPlainText(text)
  return blocksOfMarkdown(visibleMarkdown(text))
}
