/** Any accepted file as blocks over its canonical text. Reached by the indexer only (see pdf.ts). */
import { blocksOfMarkdown, blocksOfPlainText, type Extracted } from './blocks.ts'
import { decodeText, normalizeText } from './formats.ts'
import { DocumentFault, LIMITS } from './limits.ts'
import { extractPdf } from './pdf.ts'

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
  const text = normalizeText(decodeText(bytes))
  if (text.length > LIMITS.characters) throw new DocumentFault('too_long')
  const extracted = mediaType === 'text/markdown' ? blocksOfMarkdown(text) : blocksOfPlainText(text)
  if (extracted.blocks.length === 0) throw new DocumentFault('empty')
  return extracted
}
