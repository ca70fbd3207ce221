/**
 * Which files are accepted, judged by what the name says and what the first bytes show; and text
 * files as text. Reading a PDF is pdf.ts, in the indexer only.
 */

const OFFICE = 'application/vnd.openxmlformats-officedocument'

/** Extensions of each type; the first one also names it. */
const MEDIA_TYPES = {
  'application/pdf': ['pdf'],
  'text/markdown': ['md', 'markdown'],
  'text/plain': ['txt', 'text'],
  'text/html': ['html', 'htm', 'xhtml'],
  'text/csv': ['csv', 'tsv'],
  'application/json': ['json', 'jsonl', 'ndjson'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/epub+zip': ['epub'],
} as const
export type MediaType = keyof typeof MEDIA_TYPES

/** For error messages. */
export const ACCEPTED = Object.values(MEDIA_TYPES)
  .map(([name]) => `.${name}`)
  .join(', ')

/** Its usual extension. */
export const fileTypeOf = (mediaType: MediaType) => MEDIA_TYPES[mediaType][0]

/** ZIP archives; which of them one is, its content decides (see readers/). */
export const isArchive = (mediaType: string) =>
  mediaType.startsWith(OFFICE) || mediaType === 'application/epub+zip'

/**
 * The type of a file, undefined when it is none of ours. The extension decides; the type a client
 * declares counts only when the name has no extension, for clients guess it from the name anyway.
 */
export function mediaTypeOf(fileName: string, declared: string): MediaType | undefined {
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase()
  const essence = declared.split(';')[0]?.trim().toLowerCase()
  const types = Object.keys(MEDIA_TYPES).filter(isMediaType)
  return extension === undefined
    ? types.find((type) => type === essence)
    : types.find((type) => MEDIA_TYPES[type].some((known) => known === extension))
}

const isMediaType = (type: string): type is MediaType => Object.hasOwn(MEDIA_TYPES, type)

/** First bytes by which a file's type is checked: see `looksLike`. */
export const HEAD_BYTES = 1029

/**
 * Whether the first bytes can be of this type. A PDF's header may be preceded by up to 1,024 bytes
 * (ISO 32000-1, annex H, note 13); text has no zero bytes unless it is UTF-16.
 */
export function looksLike(type: MediaType, head: Uint8Array): boolean {
  const text = latin1(head.subarray(0, HEAD_BYTES))
  if (type === 'application/pdf') return text.includes('%PDF-')
  if (isArchive(type)) return text.startsWith('PK\u0003\u0004')
  if (text.startsWith('%PDF-') || text.startsWith('PK\u0003\u0004')) return false
  return encodingOf(head).startsWith('utf-16') || !head.includes(0)
}

/**
 * A text file's text: UTF-8, or UTF-16 when a byte order mark or its pattern of zeros says so; what is
 * neither is read as Windows-1252, which never fails.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  if (encoding !== 'utf-8') return new TextDecoder(encoding).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const head = bytes.subarray(0, 512)
  const zeros = [0, 0]
  head.forEach((byte, index) => byte === 0 && (zeros[index % 2] = (zeros[index % 2] ?? 0) + 1))
  const [even = 0, odd = 0] = zeros
  const many = head.length / 5
  if (odd > many && even === 0) return 'utf-16le'
  return even > many && odd === 0 ? 'utf-16be' : 'utf-8'
}

/** Characters that show nothing, and so could hide instructions from whoever reads the document. */
const INVISIBLE =
  /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g

/** Text as it is kept: line feeds only, nothing invisible, well-formed Unicode. */
export function normalizeText(text: string): string {
  const lines = text.replace(/\r\n?|\u2028|\u2029/g, '\n').replaceAll('\f', '\n')
  return lines.replace(INVISIBLE, '').replace(CONTROL, '').toWellFormed()
}

const latin1 = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
