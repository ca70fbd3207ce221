/**
 * Reads multipart/form-data as it arrives (RFC 7578, RFC 2046 section 5.1), so that a large file never
 * lies in memory whole. What the parts are for is the caller's business.
 */

export interface PartHead {
  name: string
  /** Undefined when the part is no file. */
  fileName: string | undefined
  /** As declared; empty when it is not. */
  mediaType: string
}

export type PartEvent = { type: 'head'; head: PartHead } | { type: 'data'; bytes: Uint8Array }

/** The body is not the multipart message it says it is. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError'
}

/** Bytes of a part's header block; real ones have some hundred. */
const MAX_HEAD = 8192

/** The boundary in a Content-Type, undefined when that is not multipart/form-data. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!contentType || !/^multipart\/form-data\s*;/i.test(contentType)) return undefined
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^;\s]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/**
 * Parts in order: a head, then its data in pieces.
 *
 * @throws MultipartError when the message is malformed or ends before its last boundary
 */
export async function* readParts(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<PartEvent> {
  const scanner = createScanner(encoder.encode(`\r\n--${boundary}`))
  for await (const bytes of body) {
    scanner.push(bytes)
    for (let event = scanner.next(); event; event = scanner.next()) {
      if (event.type === 'end') return
      yield event
    }
  }
  throw new MultipartError('The body ends before its last boundary.')
}

function createScanner(delimiter: Uint8Array) {
  /** The first boundary may be the first bytes of all; with this before it, it is like any other. */
  let buffer = encoder.encode('\r\n')
  let state: 'skip' | 'head' | 'data' = 'skip'

  function nextHead(): PartEvent | { type: 'end' } | undefined {
    if (buffer[0] === DASH && buffer[1] === DASH) return { type: 'end' }
    const end = indexOf(buffer, BLANK_LINE)
    if (end === -1 && buffer.length > MAX_HEAD) throw new MultipartError('A part has no head.')
    if (end === -1) return undefined
    const head = parseHead(decoder.decode(buffer.subarray(0, end)))
    buffer = buffer.subarray(end + BLANK_LINE.length)
    state = 'data'
    return { type: 'head', head }
  }

  /** Up to the delimiter, or as far as no delimiter can have begun. */
  function nextData(): PartEvent | undefined {
    const at = indexOf(buffer, delimiter)
    const ready = at === -1 ? Math.max(0, buffer.length - delimiter.length + 1) : at
    const bytes = buffer.subarray(0, ready)
    const isWanted = state === 'data' && ready > 0
    buffer = buffer.subarray(at === -1 ? ready : at + delimiter.length)
    if (at !== -1) state = 'head'
    return isWanted ? { type: 'data', bytes } : undefined
  }

  return {
    push(bytes: Uint8Array): void {
      const joined = new Uint8Array(buffer.length + bytes.length)
      joined.set(buffer)
      joined.set(bytes, buffer.length)
      buffer = joined
    },
    /** What can be told from the bytes so far; undefined asks for more. */
    next(): PartEvent | { type: 'end' } | undefined {
      const event = state === 'head' ? nextHead() : nextData()
      return event ?? (state === 'head' && buffer.length > 1 ? nextHead() : undefined)
    },
  }
}

/** RFC 7578: UTF-8 names, quotes inside them percent-encoded or escaped. */
function parseHead(block: string): PartHead {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(block)?.[1] ?? ''
  const mediaType = /^content-type:\s*(.+?)\s*$/im.exec(block)?.[1] ?? ''
  return {
    name: parameter(disposition, 'name') ?? '',
    fileName: parameter(disposition, 'filename'),
    mediaType,
  }
}

function parameter(disposition: string, name: string): string | undefined {
  const pattern = new RegExp(`(?:^|;)\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i')
  const raw = pattern.exec(disposition)?.[1]
  return raw?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"')
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const BLANK_LINE = encoder.encode('\r\n\r\n')
const DASH = 0x2d

/** Native search for the first byte, then a comparison: what a part holds is mostly neither. */
function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + wanted.length > bytes.length) return -1
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return -1
}
