/** POST /v1/audio/transcriptions: hears the word codec in a WAV file, whole or as a stream. */
import type { TranscriptionVerbose } from 'openai/resources/audio/transcriptions'
import * as z from 'zod'
import { ApiError, parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import type { SpokenWord } from './codec-search.ts'
import { decodeWords } from './codec.ts'
import type { Reply, ServerEvent } from './reply.ts'
import { type Recording, readWav, WavError } from './wav.ts'

const Flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const Granularity = z.enum(['word', 'segment'])

const TranscriptionRequest = z.looseObject({
  model: z.string(),
  file: z.instanceof(Uint8Array, { error: 'expected an audio file' }),
  response_format: z
    .enum(['json', 'text', 'verbose_json'], "only 'json', 'text' and 'verbose_json' are made here")
    .default('json'),
  stream: Flag.default(false),
  'timestamp_granularities[]': z
    .union([Granularity.transform((one) => [one]), z.array(Granularity)])
    .default(['segment']),
})
type TranscriptionRequest = z.infer<typeof TranscriptionRequest>

/** @throws ApiError 400 also for a file that is not a WAV of 16-bit PCM */
export function transcribe({ body }: Call): Reply {
  const request = parseWith(TranscriptionRequest, body)
  const recording = readAudio(request.file)
  const words = decodeWords(recording.samples, recording.sampleRate)
  const text = words.map((word) => word.text).join(' ')
  const seconds = recording.samples.length / recording.sampleRate
  const usage = { type: 'duration' as const, seconds: Math.ceil(seconds) }
  if (request.stream) return { type: 'events', events: eventsOf(words, text), done: false }
  if (request.response_format === 'text') return { type: 'text', text: `${text}\n` }
  if (request.response_format === 'json') return { type: 'json', body: { text, usage } }
  return { type: 'json', body: { ...verboseOf(request, words, text, seconds), usage } }
}

function readAudio(file: Uint8Array): Recording {
  try {
    const recording = readWav(file)
    if (recording.sampleRate >= 8000) return recording
    throw new WavError(`${recording.sampleRate} Hz is below 8000 Hz`)
  } catch (error) {
    if (!(error instanceof WavError)) throw error
    throw new ApiError(400, `The audio file could not be decoded: ${error.message}`, {
      param: 'file',
    })
  }
}

function verboseOf(
  request: TranscriptionRequest,
  words: readonly SpokenWord[],
  text: string,
  duration: number,
): TranscriptionVerbose & { task: 'transcribe' } {
  const wanted = request['timestamp_granularities[]']
  const timed = words.map((word) => ({
    word: word.text,
    start: word.startMs / 1000,
    end: word.endMs / 1000,
  }))
  return {
    task: 'transcribe',
    language: 'unknown',
    duration,
    text,
    ...(wanted.includes('word') ? { words: timed } : {}),
    ...(wanted.includes('segment') ? { segments: segmentsOf(words, text) } : {}),
  }
}

/** One segment from the first word to the last, none in silence. */
function segmentsOf(words: readonly SpokenWord[], text: string) {
  const [first] = words
  const last = words.at(-1)
  if (!first || !last) return []
  return [
    {
      id: 0,
      seek: 0,
      start: first.startMs / 1000,
      end: last.endMs / 1000,
      text,
      tokens: [],
      temperature: 0,
      avg_logprob: 0,
      compression_ratio: 1,
      no_speech_prob: 0,
    },
  ]
}

function* eventsOf(words: readonly SpokenWord[], text: string): Iterable<ServerEvent> {
  for (const [index, word] of words.entries()) {
    const delta = index === 0 ? word.text : ` ${word.text}`
    yield { data: { type: 'transcript.text.delta', delta } }
  }
  yield { data: { type: 'transcript.text.done', text } }
}
