/**
 * What is said to a speech model upstream, and what is read of its words: the OpenAI Realtime protocol
 * (GA) from the other side. The conversation is ours, so each reply is asked for out of band with all
 * that it is made from: nothing is kept upstream but the utterance that was just heard, and a connection
 * can be replaced at any moment.
 */
import { PCM } from './audio-format.ts'
import type { Effect, Hints, Message } from './session.ts'
import type { Exchange } from './tools.ts'

type AnswerEffect = Extract<Effect, { type: 'answer' }>

export interface UpstreamTool {
  name: string
  description: string
  parameters: Record<string, unknown>
}

/** Nothing is decided upstream: when a turn ends and when a reply begins is ours to say. */
export const setUp = (model: string, hints: Hints) => ({
  type: 'session.update',
  session: {
    type: 'realtime',
    output_modalities: ['audio'],
    audio: {
      input: { format: PCM, transcription: { model, ...hints }, turn_detection: null },
      output: { format: PCM },
    },
  },
})

/** Longest reply, in tokens: some hundred seconds of speech. */
export const MAX_OUTPUT_TOKENS = 2048

export function requestOf(
  effect: AnswerEffect,
  {
    key,
    instructions,
    input,
    tools,
  }: {
    key: string
    instructions: string
    input: readonly object[]
    tools: readonly UpstreamTool[]
  },
) {
  const { modality, voice, speed, toolChoice } = effect
  return {
    type: 'response.create',
    event_id: key,
    response: {
      conversation: 'none',
      metadata: { key },
      output_modalities: [modality],
      audio: { output: { format: PCM, voice, speed } },
      instructions,
      input,
      tools: tools.map((tool) => ({ type: 'function', ...tool })),
      tool_choice: tools.length > 0 ? toolChoice : 'none',
      max_output_tokens: MAX_OUTPUT_TOKENS,
    },
  }
}

/** @param heardAs The id upstream of the utterance that is answered; undefined when it was written, or heard elsewhere. */
export const inputOf = ({ question, history, exchanges }: AnswerEffect, heardAs?: string) => [
  ...history.map(messageOf),
  ...(heardAs !== undefined ? [{ type: 'item_reference', id: heardAs }] : []),
  ...(heardAs === undefined && question !== ''
    ? [messageOf({ role: 'user', content: question })]
    : []),
  ...exchanges.flatMap(exchangeOf),
]

export const messageOf = ({ role, content }: Message) => ({
  type: 'message',
  role,
  content: [{ type: role === 'user' ? 'input_text' : 'output_text', text: content }],
})

export const exchangeOf = ({ callId, name, arguments: text, output }: Exchange) => [
  { type: 'function_call', call_id: callId, name, arguments: text },
  { type: 'function_call_output', call_id: callId, output },
]

/** An event of the upstream's; of fields only what is used, and each may be missing. */
export interface UpstreamEvent {
  type: string
  item_id?: string
  response_id?: string
  delta?: string
  transcript?: string
  error?: { message?: string; event_id?: string | null }
  response?: {
    id?: string
    status?: string
    metadata?: Record<string, string> | null
    output?: { type?: string; call_id?: string; name?: string; arguments?: string }[]
    usage?: UpstreamUsage
  }
}

interface UpstreamUsage {
  input_tokens?: number
  output_tokens?: number
  input_token_details?: { text_tokens?: number; audio_tokens?: number; cached_tokens?: number }
  output_token_details?: { text_tokens?: number; audio_tokens?: number }
}

/** Units as they are priced: cached tokens cost what cached text does, whatever they were. */
export function unitsOf(usage: UpstreamUsage = {}) {
  const { audio_tokens: audio = 0, cached_tokens: cached = 0 } = usage.input_token_details ?? {}
  const audioOut = usage.output_token_details?.audio_tokens ?? 0
  const input = usage.input_tokens ?? 0
  const audioInput = Math.min(audio, Math.max(0, input - cached))
  return {
    input: Math.max(0, input - cached - audioInput),
    cachedInput: cached,
    audioInput,
    output: Math.max(0, (usage.output_tokens ?? 0) - audioOut),
    audioOutput: audioOut,
  }
}

export const callsIn = (response: UpstreamEvent['response']) =>
  (response?.output ?? []).flatMap(({ type, name = '', arguments: text = '' }) =>
    type === 'function_call' ? [{ name, arguments: text }] : [],
  )
