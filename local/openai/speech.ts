/** POST /v1/audio/speech: says text with the word codec, as raw PCM or WAV of 24 kHz mono. */
import * as z from 'zod'
import { parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import { encodeWords } from './codec.ts'
import type { Reply } from './reply.ts'
import { pcmBytes, wavHeader } from './wav.ts'

/** What the provider's PCM output has. */
const SAMPLE_RATE = 24_000

/** A tenth of a second, about what the provider sends at a time. */
const CHUNK_BYTES = (SAMPLE_RATE / 10) * 2

const SpeechRequest = z.looseObject({
  model: z.string(),
  input: z.string().max(4096).regex(/\S/u, 'expected text to say'),
  voice: z.union([z.string(), z.looseObject({ id: z.string() })]),
  response_format: z.enum(['pcm', 'wav'], "only 'pcm' and 'wav' are made here"),
  speed: z.literal(1, 'there is one speed here').optional(),
  stream_format: z.literal('audio', 'only audio is streamed').optional(),
})

/** @throws ApiError 400 */
export function speak({ body }: Call): Reply {
  const { input, response_format: format } = parseWith(SpeechRequest, body)
  if (format === 'pcm') {
    return { type: 'audio', mediaType: 'audio/pcm', chunks: inChunks(sayWords(input)) }
  }
  const pcm = pcmBytes(encodeWords(input, SAMPLE_RATE))
  const chunks = inChunks([wavHeader(SAMPLE_RATE, pcm.length), pcm])
  return { type: 'audio', mediaType: 'audio/wav', chunks }
}

/** Word by word, so that the first is sent before the last is made. */
function* sayWords(text: string): Iterable<Uint8Array> {
  for (const word of text.split(/\s+/u)) yield pcmBytes(encodeWords(word, SAMPLE_RATE))
}

function* inChunks(parts: Iterable<Uint8Array>): Iterable<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += CHUNK_BYTES) yield part.subarray(at, at + CHUNK_BYTES)
  }
}
