/** PCM16 as bytes, base64 and WAV. Pure; what the sound means is vad.ts and input-audio.ts. */
import { SAMPLE_RATE } from './limits.ts'

const BYTES_PER_MS = (SAMPLE_RATE * 2) / 1000

export const msOfBytes = (bytes: number): number => bytes / BYTES_PER_MS
export const msOfSamples = (samples: number): number => (samples * 1000) / SAMPLE_RATE
export const samplesOfMs = (ms: number): number => Math.round((ms * SAMPLE_RATE) / 1000)

/**
 * Samples of one `input_audio_buffer.append`.
 *
 * @returns undefined when `text` is not base64 or does not hold whole samples
 */
export function decodeAudio(text: string): Int16Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text)
    return bytes.length % 2 === 0 ? new Int16Array(bytes.buffer) : undefined
  } catch {
    return undefined
  }
}

export const encodeAudio = (bytes: Uint8Array): string => bytes.toBase64()

/** Samples as a WAV file: the 44-byte RIFF header of mono PCM16, then the data. */
export function wavOf(samples: Int16Array<ArrayBuffer>): Blob {
  const header = new DataView(new ArrayBuffer(44))
  const write = (tag: string, at: number) =>
    new TextEncoder().encodeInto(tag, new Uint8Array(header.buffer, at))
  write('RIFF', 0)
  header.setUint32(4, 36 + samples.byteLength, true)
  write('WAVEfmt ', 8)
  header.setUint32(16, 16, true) // length of the format block
  header.setUint16(20, 1, true) // PCM
  header.setUint16(22, 1, true) // channels
  header.setUint32(24, SAMPLE_RATE, true)
  header.setUint32(28, SAMPLE_RATE * 2, true) // bytes per second
  header.setUint16(32, 2, true) // bytes per sample
  header.setUint16(34, 16, true) // bits per sample
  write('data', 36)
  header.setUint32(40, samples.byteLength, true)
  return new Blob([header.buffer, samples], { type: 'audio/wav' })
}

/** 20 ms: enough to start playing. */
const FIRST_PIECE = 20 * BYTES_PER_MS
/** 200 ms: few messages, and a piece still arrives long before it is due. */
const PIECE = 200 * BYTES_PER_MS

/**
 * Regroups a byte stream into pieces of whole samples: a small one first, so that sound starts at
 * once, then larger ones.
 */
export async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = new Uint8Array(0)
  let least = FIRST_PIECE
  for await (const chunk of chunks) {
    held = concat(held, chunk)
    if (held.length < least) continue
    for (const piece of split(held)) yield piece
    held = held.slice(held.length - (held.length % 2))
    least = PIECE
  }
  if (held.length >= 2) yield* split(held)
}

function* split(bytes: Uint8Array): Generator<Uint8Array> {
  const end = bytes.length - (bytes.length % 2)
  for (let at = 0; at < end; at += PIECE) yield bytes.subarray(at, Math.min(at + PIECE, end))
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}
