/**
 * WAV files of 16-bit PCM: reading any order of RIFF chunks and any number of channels, writing
 * mono. Pure. Other encodings (floats, mu-law, 8 and 24 bits) are refused by name.
 */

export interface Recording {
  /** Hz */
  readonly sampleRate: number
  /** Mono: the channels of the file are averaged. */
  readonly samples: Int16Array
}

/** A file that is not a WAV of 16-bit PCM; the message says in which way. */
export class WavError extends Error {
  override name = 'WavError'
}

const HEADER_BYTES = 44
const PCM = 1
/** WAVE_FORMAT_EXTENSIBLE: the true format stands in the first two bytes of its sub-format GUID. */
const EXTENSIBLE = 0xfffe

/** The RIFF header of a mono PCM16 file, to be followed by `dataBytes` of samples. */
export function wavHeader(sampleRate: number, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  const write = (at: number, tag: string) => bytes.set(new TextEncoder().encode(tag), at)
  write(0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true)
  write(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  write(36, 'data')
  view.setUint32(40, dataBytes, true)
  return bytes
}

/** A whole mono PCM16 file. @param sampleRate Hz */
export function writeWav(samples: Int16Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + samples.length * 2)
  bytes.set(wavHeader(sampleRate, samples.length * 2))
  bytes.set(pcmBytes(samples), HEADER_BYTES)
  return bytes
}

/** Samples as little-endian bytes, whatever the machine's own order. */
export function pcmBytes(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [index, sample] of samples.entries()) view.setInt16(index * 2, sample, true)
  return bytes
}

/** @throws WavError */
export function readWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (tagAt(bytes, 0) !== 'RIFF' || tagAt(bytes, 8) !== 'WAVE') throw new WavError('not a WAV file')
  const chunks = chunksOf(bytes, view)
  const format = chunks.get('fmt ')
  const data = chunks.get('data')
  if (!format || format.length < 16) throw new WavError('WAV file without a format')
  if (!data) throw new WavError('WAV file without data')
  const { channels, sampleRate } = readFormat(view, format)
  return { sampleRate, samples: mono(view, data, channels) }
}

interface Chunk {
  readonly from: number
  readonly length: number
}

/** A size past the end is cut there: streamed files say 0xffffffff because none was known. */
function chunksOf(bytes: Uint8Array, view: DataView): Map<string, Chunk> {
  const chunks = new Map<string, Chunk>()
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true)
    const from = at + 8
    const tag = tagAt(bytes, at)
    if (!chunks.has(tag)) chunks.set(tag, { from, length: Math.min(size, bytes.length - from) })
    // Chunks start at even positions; the padding byte is not counted in the size.
    at = from + size + (size & 1)
  }
  return chunks
}

function readFormat(view: DataView, { from, length }: Chunk) {
  const tag = view.getUint16(from, true)
  const format = tag === EXTENSIBLE && length >= 26 ? view.getUint16(from + 24, true) : tag
  const channels = view.getUint16(from + 2, true)
  const sampleRate = view.getUint32(from + 4, true)
  const bits = view.getUint16(from + 14, true)
  if (format !== PCM || bits !== 16) {
    throw new WavError(`WAV format ${format} of ${bits} bits is not 16-bit PCM`)
  }
  if (channels === 0 || sampleRate === 0) throw new WavError('WAV file of no channel or rate 0')
  return { channels, sampleRate }
}

function mono(view: DataView, data: Chunk, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(data.length / (2 * channels)))
  for (let index = 0; index < samples.length; index++) {
    let total = 0
    for (let channel = 0; channel < channels; channel++) {
      total += view.getInt16(data.from + 2 * (index * channels + channel), true)
    }
    samples[index] = Math.round(total / channels)
  }
  return samples
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}
