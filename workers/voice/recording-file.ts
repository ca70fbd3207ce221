/**
 * A recording as one WAV file: what its manifest says, the header, and which bytes of which segment a
 * range of the file is. Pure; reading is recording-client.ts.
 */
import { z } from 'zod'
import { SEGMENT_BYTES, SEGMENT_MS } from './recording.ts'
import { TELEPHONE_RATE } from './resample.ts'

/** Lies beside the segments, and is written after each of them. */
export const Manifest = z.object({
  version: z.literal(1),
  sessionId: z.string(),
  startedAt: z.string(),
  encoding: z.literal('mulaw'),
  rate: z.literal(TELEPHONE_RATE),
  channels: z.tuple([z.literal('caller'), z.literal('assistant')]),
  durationMs: z.number(),
  /** Places of the segments that there are; the others are silence. */
  segments: z.array(z.object({ index: z.int(), fromMs: z.int(), bytes: z.int() })),
  /** Segments that could not be stored, if any. */
  lost: z.array(z.int()),
})
export type Manifest = z.infer<typeof Manifest>

export const folderOf = (tenantId: string, sessionId: string) =>
  `tenants/${tenantId}/voice/${sessionId}/`
export const segmentKey = (folder: string, index: number) =>
  `${folder}${String(index).padStart(4, '0')}.ulaw`
export const manifestKey = (folder: string) => `${folder}manifest.json`

export function manifestOf(given: {
  sessionId: string
  startedAt: number
  durationMs: number
  stored: readonly number[]
  lost: readonly number[]
}): Manifest {
  const { sessionId, startedAt, durationMs, stored, lost } = given
  return {
    version: 1,
    sessionId,
    startedAt: new Date(startedAt).toISOString(),
    encoding: 'mulaw',
    rate: TELEPHONE_RATE,
    channels: ['caller', 'assistant'],
    durationMs,
    segments: stored
      .toSorted((a, b) => a - b)
      .map((index) => ({ index, fromMs: index * SEGMENT_MS, bytes: SEGMENT_BYTES })),
    lost: [...lost],
  }
}

/** RIFF, WAVE_FORMAT_MULAW with its empty extension, `fact`, `data` (RFC 2361, A.3). */
export const HEADER_BYTES = 58
const MULAW = 7

/** Bytes of sound: what was recorded, and not the empty rest of the last segment. */
export const soundBytesOf = ({ durationMs }: Manifest): number =>
  Math.ceil(durationMs * (TELEPHONE_RATE / 1000)) * 2

export function headerOf(soundBytes: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  const write = (tag: string, at: number) =>
    new TextEncoder().encodeInto(tag, new Uint8Array(header.buffer, at))
  write('RIFF', 0)
  header.setUint32(4, HEADER_BYTES - 8 + soundBytes, true)
  write('WAVEfmt ', 8)
  header.setUint32(16, 18, true) // length of the format block
  header.setUint16(20, MULAW, true)
  header.setUint16(22, 2, true) // channels
  header.setUint32(24, TELEPHONE_RATE, true)
  header.setUint32(28, TELEPHONE_RATE * 2, true) // bytes per second
  header.setUint16(32, 2, true) // bytes of both samples
  header.setUint16(34, 8, true) // bits per sample
  write('fact', 38)
  header.setUint32(42, 4, true)
  header.setUint32(46, soundBytes / 2, true) // samples to a channel
  write('data', 50)
  header.setUint32(54, soundBytes, true)
  return new Uint8Array(header.buffer)
}

/** First and last byte, both inclusive, as HTTP counts them. */
export interface ByteRange {
  first: number
  last: number
}

/**
 * One range of RFC 9110, section 14.2.
 *
 * @returns null for the whole file, also where the header cannot be read or asks for several
 *   ranges (such a header is ignored); 'unsatisfiable' where it begins behind the end
 */
export function rangeOf(
  header: string | undefined,
  size: number,
): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, from = '', to = ''] = match ?? []
  if (from === '') return to === '' ? null : tailOf(Number(to), size)
  const first = Number(from)
  const last = to === '' ? size - 1 : Number(to)
  if (last < first && to !== '') return null
  return first >= size ? 'unsatisfiable' : { first, last: Math.min(last, size - 1) }
}

function tailOf(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 }
}

/** Where the bytes of a range come from, in order. */
export type Piece =
  | { from: 'header'; offset: number; length: number }
  | { from: 'segment'; index: number; offset: number; length: number }
  | { from: 'silence'; length: number }

export function piecesOf({ segments }: Manifest, { first, last }: ByteRange): Piece[] {
  const known = new Set(segments.map(({ index }) => index))
  const pieces: Piece[] = []
  let at = first
  if (at < HEADER_BYTES) {
    const length = Math.min(last + 1, HEADER_BYTES) - at
    pieces.push({ from: 'header', offset: at, length })
    at += length
  }
  while (at <= last) {
    const position = at - HEADER_BYTES
    const index = Math.floor(position / SEGMENT_BYTES)
    const offset = position - index * SEGMENT_BYTES
    const length = Math.min(SEGMENT_BYTES - offset, last + 1 - at)
    const piece = known.has(index)
      ? { from: 'segment' as const, index, offset, length }
      : { from: 'silence' as const, length }
    pieces.push(piece)
    at += length
  }
  return pieces
}
