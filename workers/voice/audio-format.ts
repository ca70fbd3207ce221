/**
 * The formats that sound travels in, as the protocol names them, to and from the samples the session
 * works with. https://developers.openai.com/api/reference/resources/realtime (audio formats, GA)
 */
import { z } from 'zod'
import { A_LAW, type Law, MU_LAW } from './g711.ts'
import { SAMPLE_RATE } from './limits.ts'
import { decodeAudio, encodeAudio } from './pcm.ts'
import { Downsampler, Upsampler } from './resample.ts'

const RATE = 'Only 24000 Hz is spoken here.'

export const AudioFormat = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('audio/pcm'),
      rate: z.literal(SAMPLE_RATE, RATE).default(SAMPLE_RATE),
    }),
    z.strictObject({ type: z.literal('audio/pcmu') }),
    z.strictObject({ type: z.literal('audio/pcma') }),
  ],
  'Send audio/pcm, audio/pcmu or audio/pcma.',
)
export type AudioFormat = z.output<typeof AudioFormat>

/** 24 kHz, mono, 16 bits, little-endian. */
export const PCM: AudioFormat = { type: 'audio/pcm', rate: SAMPLE_RATE }

/** 8 kHz, a byte per sample. */
const LAWS: Partial<Record<AudioFormat['type'], Law>> = {
  'audio/pcmu': MU_LAW,
  'audio/pcma': A_LAW,
}

/** Reads what comes in on one connection; remembers what the next piece is continued from. */
export class AudioReader {
  #type: AudioFormat['type'] = 'audio/pcm'
  #upsampler = new Upsampler()

  /** @returns undefined when `text` is not base64, or not whole samples of the format */
  read(text: string, { type }: AudioFormat): Int16Array | undefined {
    if (type !== this.#type) this.#upsampler = new Upsampler()
    this.#type = type
    const law = LAWS[type]
    if (!law) return decodeAudio(text)
    const bytes = bytesOf(text)
    return bytes && this.#upsampler.process(law.decode(bytes))
  }
}

/** @returns what makes base64 of a reply's PCM, piece after piece */
export function writerOf({ type }: AudioFormat): (pcm: Uint8Array) => string {
  const law = LAWS[type]
  if (!law) return encodeAudio
  const downsampler = new Downsampler()
  return (pcm) => encodeAudio(law.encode(downsampler.process(samplesOf(pcm))))
}

function bytesOf(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return undefined
  }
}

/** Copied: a piece may begin at an odd address. */
const samplesOf = (pcm: Uint8Array) => new Int16Array(pcm.slice().buffer, 0, pcm.length >> 1)
