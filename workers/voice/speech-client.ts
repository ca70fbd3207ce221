/** Speech to text and back, through any OpenAI-compatible audio API. */
import type { WithEnv } from '../../shared/context.ts'
import { callOpenAi, type OpenAiEnv } from '../../shared/openai.ts'
import { piecesOf, wavOf } from './pcm.ts'
import type { Hints } from './session.ts'

interface SpeechEnv extends OpenAiEnv {
  readonly SPEECH_MODEL: string
  readonly TRANSCRIPTION_MODEL: string
}
export type SpeechContext = WithEnv<SpeechEnv>

/**
 * The words of one utterance; '' when there are none.
 *
 * @throws ProblemError dependency_down when the provider stays unavailable, timed_out
 */
export async function transcribe(
  ctx: SpeechContext,
  samples: Int16Array<ArrayBuffer>,
  hints: Hints,
  signal: AbortSignal,
): Promise<string> {
  const file = new File([wavOf(samples)], 'speech.wav', { type: 'audio/wav' })
  const request = { model: ctx.env.TRANSCRIPTION_MODEL, file, ...hints }
  const use = { model: request.model, purpose: 'transcribe' } as const
  const { text } = await callOpenAi(ctx, use, signal, (client, options) =>
    client.audio.transcriptions.create(request, options),
  )
  return text
}

export interface Utterance {
  text: string
  voice: string
  /** 0.25 to 1.5; 1 is the voice's own pace. */
  speed: number
}

/**
 * The spoken text as PCM16 at 24 kHz, in pieces as they are made.
 *
 * @throws ProblemError dependency_down when the provider stays unavailable, timed_out
 */
export async function* synthesize(
  ctx: SpeechContext,
  { text, voice, speed }: Utterance,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const request = { model: ctx.env.SPEECH_MODEL, voice, input: text.trim(), speed }
  const use = { model: request.model, purpose: 'speak' } as const
  const response = await callOpenAi(ctx, use, signal, (client, options) =>
    client.audio.speech.create({ ...request, response_format: 'pcm' }, options),
  )
  if (response.body) yield* piecesOf(response.body)
}
