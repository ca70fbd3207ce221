/**
 * Reads ZIP archives (PKWARE APPNOTE 6.3.10) part by part. A part streams through the platform's own
 * inflater, and what comes out is counted: an archive that expands beyond reason is left unread.
 */
import { DocumentFault } from '../limits.ts'

export interface Archive {
  names: readonly string[]
  has: (name: string) => boolean
  /** Pieces of a part; nothing when there is none. @throws DocumentFault corrupt, unsafe */
  read: (name: string) => AsyncGenerator<Uint8Array>
}

interface Entry {
  method: number
  size: number
  offset: number
}

/** Real documents have some thousand parts at most. */
const MAX_ENTRIES = 20_000
/** Bytes that all parts together may expand to; text of the greatest length needs about a third. */
const MAX_EXPANDED = 150 * 1024 * 1024

const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 }
/** Lengths of the fixed parts of the three records, sections 4.3.7, 4.3.12 and 4.3.16. */
const LENGTH = { local: 30, central: 46, end: 22 }
const METHOD = { stored: 0, deflated: 8 }

/** @throws DocumentFault corrupt, encrypted, unsafe */
export function openZip(bytes: Uint8Array): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = readDirectory(bytes, view)
  let left = MAX_EXPANDED
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    async *read(name) {
      const entry = entries.get(name)
      if (!entry) return
      const packed = bytes.subarray(...dataOf(view, entry))
      for await (const piece of expand(packed, entry.method)) {
        left -= piece.length
        if (left < 0) throw new DocumentFault('unsafe')
        yield piece
      }
    },
  }
}

function readDirectory(bytes: Uint8Array, view: DataView): Map<string, Entry> {
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  if (count > MAX_ENTRIES) throw new DocumentFault('unsafe')
  const entries = new Map<string, Entry>()
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < count; index++) {
    if (at + LENGTH.central > view.byteLength || view.getUint32(at, true) !== SIGNATURE.central)
      throw new DocumentFault('corrupt')
    if (view.getUint16(at + 8, true) & 1) throw new DocumentFault('encrypted')
    const nameEnd = at + LENGTH.central + view.getUint16(at + 28, true)
    entries.set(decoder.decode(bytes.subarray(at + LENGTH.central, nameEnd)), {
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    })
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** The end record lies last; only a comment of up to 64 KB may follow it. */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - LENGTH.end - 0xffff)
  for (let at = view.byteLength - LENGTH.end; at >= first; at--) {
    if (view.getUint32(at, true) === SIGNATURE.end) return at
  }
  throw new DocumentFault('corrupt')
}

/** Where a part's bytes lie: its name and extra field are repeated before them, in lengths of their own. */
function dataOf(view: DataView, { offset, size }: Entry): [number, number] {
  if (offset + LENGTH.local > view.byteLength || view.getUint32(offset, true) !== SIGNATURE.local)
    throw new DocumentFault('corrupt')
  const names = view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  const start = offset + LENGTH.local + names
  if (start + size > view.byteLength) throw new DocumentFault('corrupt')
  return [start, start + size]
}

/** Bytes handed to the inflater at once: none of its answers is larger than a thousand times that. */
const PIECE = 16 * 1024

async function* expand(packed: Uint8Array, method: number): AsyncGenerator<Uint8Array> {
  if (method === METHOD.stored) return yield packed
  if (method !== METHOD.deflated) throw new DocumentFault('corrupt')
  const inflater = new DecompressionStream('deflate-raw')
  const writer = inflater.writable.getWriter()
  // Its failure is the reader's failure too, and reported there.
  const written = feed(writer, packed).catch(() => undefined)
  const reader = inflater.readable.getReader()
  try {
    for (let read = await next(reader); !read.done; read = await next(reader)) yield read.value
    await written
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  packed: Uint8Array,
): Promise<void> {
  for (let at = 0; at < packed.length; at += PIECE) {
    await writer.write(Uint8Array.from(packed.subarray(at, at + PIECE)))
  }
  await writer.close()
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read()
  } catch (cause) {
    throw new DocumentFault('corrupt', { cause })
  }
}

const decoder = new TextDecoder()
