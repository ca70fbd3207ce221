/** Speech to text and back, through any OpenAI-compatible audio API. */
import { z } from '@hono/zod-openapi'
import type { SpeechCreateParams } from 'openai/resources/audio/speech'
import type { WithEnv } from '../../shared/context.ts'
import { callOpenAi, type OpenAiEnv } from '../../shared/openai.ts'
import { piecesOf, wavOf } from './pcm.ts'
import type { Hints } from './session.ts'

interface SpeechEnv extends OpenAiEnv {
  readonly SPEECH_MODEL: string
  readonly TRANSCRIPTION_MODEL: string
}
export type SpeechContext = WithEnv<SpeechEnv>

const Transcription = z.object({ text: z.string() })

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
  const { TRANSCRIPTION_MODEL: model } = ctx.env
  const body = new FormData()
  body.set('file', new File([wavOf(samples)], 'speech.wav', { type: 'audio/wav' }))
  for (const [name, value] of Object.entries({ model, ...hints })) body.set(name, value)
  const use = { model, purpose: 'transcribe' } as const
  const read = async (response: Response) => Transcription.parse(await response.json())
  const { text } = await callOpenAi(ctx, use, { path: '/audio/transcriptions', body, read, signal })
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
  const body = { ...request, response_format: 'pcm' } satisfies SpeechCreateParams
  const read = (response: Response) => response.body
  const stream = await callOpenAi(ctx, use, { path: '/audio/speech', body, read, signal })
  if (stream) yield* piecesOf(stream)
}
