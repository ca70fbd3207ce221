/** Speech to text and back, through any OpenAI-compatible audio API. */
import type { WithEnv } from '../../shared/context.ts'
import { callOpenAi, type OpenAiEnv } from '../../shared/openai.ts'
import {
  estimateTokens,
  meterCall,
  mostTokensOf,
  openCall,
  type UsageContext,
} from '../usage/service.ts'
import { msOfBytes, msOfSamples, piecesOf, wavOf } from './pcm.ts'
import type { Hints } from './session.ts'

interface SpeechEnv extends OpenAiEnv {
  readonly SPEECH_MODEL: string
  readonly TRANSCRIPTION_MODEL: string
}
export type SpeechContext = UsageContext & WithEnv<SpeechEnv>

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
  const use = { model: request.model, kind: 'transcription', purpose: 'transcribe' } as const
  // Whoever bills by time counts seconds that have begun.
  const audioMs = Math.ceil(msOfSamples(samples.length) / 1000) * 1000
  const heard = { audioMs, audioInput: Math.ceil(audioMs / MS_PER_HEARD_TOKEN) }
  const words = Math.ceil(audioMs / MS_PER_HEARD_TOKEN) * 4 + 64
  const bound = () => ({ ...heard, input: mostTokensOf(hints.prompt ?? ''), output: words })
  return meterCall(ctx, use, { bound, guess: heard, signal }, async () => {
    const { text, usage } = await callOpenAi(ctx, use, signal, (client, options) =>
      client.audio.transcriptions.create(request, options),
    )
    const units = usage ? countedBy(usage, audioMs) : { ...heard, output: estimateTokens(text) }
    return { result: text, units, isEstimated: usage === undefined }
  })
}

type Usage = ({ type: 'tokens' } & TokenUsage) | { type: 'duration'; seconds: number }

/** What the provider says stands above what we measured. */
const countedBy = (usage: Usage, audioMs: number) =>
  usage.type === 'tokens'
    ? { audioMs, ...tokensOf(usage) }
    : { audioMs: Math.round(usage.seconds * 1000) }

/** OpenAI's transcription models hear ten tokens a second; for servers that count none. */
const MS_PER_HEARD_TOKEN = 100

interface TokenUsage {
  input_tokens: number
  output_tokens: number
  input_token_details?: { audio_tokens?: number }
}

function tokensOf({ input_tokens, output_tokens, input_token_details }: TokenUsage) {
  const audioInput = input_token_details?.audio_tokens ?? input_tokens
  return { input: input_tokens - audioInput, audioInput, output: output_tokens }
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
  const use = { model: request.model, kind: 'speech', purpose: 'speak' } as const
  const longest = (mostTokensOf(request.input) * SLOWEST_MS_PER_BYTE) / speed + 5000
  const call = await openCall(ctx, use, () => spokenUnits(request.input, longest))
  let bytes: number | undefined
  try {
    const response = await callOpenAi(ctx, use, signal, (client, options) =>
      client.audio.speech.create({ ...request, response_format: 'pcm' }, options),
    )
    bytes = 0
    for await (const piece of response.body ? piecesOf(response.body) : []) {
      bytes += piece.length
      yield piece
    }
  } finally {
    if (bytes === undefined && !signal.aborted) call.release()
    // The audio API counts nothing.
    else call.settle(spokenUnits(request.input, msOfBytes(bytes ?? 0)), true)
  }
}

/** Three times a usual pace of some 85 ms; nothing bounds what a voice makes of a text. */
const SLOWEST_MS_PER_BYTE = 250

/** OpenAI's speech models speak some twenty tokens a second. */
const MS_PER_SPOKEN_TOKEN = 50

function spokenUnits(text: string, ms: number) {
  const audioMs = Math.ceil(ms)
  const audioOutput = Math.ceil(audioMs / MS_PER_SPOKEN_TOKEN)
  return { input: estimateTokens(text), characters: Array.from(text).length, audioMs, audioOutput }
}
