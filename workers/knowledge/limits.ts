/** What a document may be at most, and how one that cannot be indexed is described to its owner. */

export const LIMITS = {
  /** Of the uploaded file. */
  bytes: 25 * 1024 * 1024,
  pages: 2000,
  /** Of the canonical text. */
  characters: 2_000_000,
}

/** Knowledge bases a tenant may have. */
export const MOST_BASES = 200

const FAULTS = {
  encrypted: 'The file is protected. Remove the protection and upload it again.',
  corrupt: 'The file is damaged and cannot be read. Export it again and upload the new file.',
  empty: 'The file has no text.',
  too_many_pages: `The document has more than ${LIMITS.pages.toLocaleString('en')} pages. Split it.`,
  too_long: `The document has more than ${LIMITS.characters.toLocaleString('en')} characters. Split it.`,
  unsafe: 'The file expands beyond reason when it is read, as harmful files do. Export it again.',
  unsupported: 'The archive is no Word, PowerPoint, Excel or EPUB file.',
  gave_up: 'Indexing was tried many times and never finished. Retry it, or split the document.',
  missing: 'The file is no longer in storage. Upload it again.',
  needs_ocr: 'The pages are images without text. Run text recognition (OCR) and upload the result.',
} as const

export type FaultCode = keyof typeof FAULTS

/** A fault of the document itself: trying again cannot help. */
export class DocumentFault extends Error {
  readonly code: FaultCode

  constructor(code: FaultCode, options?: ErrorOptions) {
    super(FAULTS[code], options)
    this.name = 'DocumentFault'
    this.code = code
  }
}
