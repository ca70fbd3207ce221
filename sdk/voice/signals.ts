/**
 * The Realtime server events this client acts on, as a closed union. Everything else of the
 * protocol is read as null: a newer server may say more than this client knows.
 */
import type { Citation } from '../../workers/knowledge/schemas.ts'

export type Signal =
  | { type: 'ready' }
  | { type: 'speech_started' }
  | { type: 'speech_stopped' }
  | { type: 'user_text'; itemId: string; text: string; isFinal: boolean }
  | { type: 'assistant_delta'; itemId: string; text: string }
  | { type: 'assistant_text'; itemId: string; text: string }
  | { type: 'audio'; itemId: string; base64: string }
  | { type: 'response_created' }
  | { type: 'response_done'; failure: Failure | null }
  /** An extension of this server's, as all names that start with `voiceassist.` are. */
  | { type: 'cited'; itemId: string; citation: Citation }
  | { type: 'truncated'; itemId: string }
  /** The server can have playback held instead of cut; and that it is, and no longer. */
  | { type: 'holds_offered' }
  | { type: 'held' }
  | { type: 'released'; resumes: boolean }
  /** What was heard was nothing. */
  | { type: 'input_cleared' }
  | { type: 'measured'; times: TurnTimes }
  | { type: 'recording'; isRecording: boolean; reason: string | null }
  | { type: 'retrieved'; itemId: string; text: string }
  | ({ type: 'failed' } & Failure)

/** What a turn took, in milliseconds; null for stages it did not have. */
export type TurnTimes = Record<(typeof STAGES)[number], number | null>

/** Of the protocol's `voiceassist.turn_metrics`, in the order in which they pass. */
export const STAGES = ['vad', 'stt', 'rag', 'llm_ttft', 'tts_ttfb', 'ttfa'] as const

export interface Failure {
  code: string
  message: string
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const textOf = (fields: Fields, name: string): string => {
  const value = fields[name]
  return typeof value === 'string' ? value : ''
}
const fieldsOf = (fields: Fields, name: string): Fields => {
  const value = fields[name]
  return isFields(value) ? value : {}
}

const failureOf = (error: Fields): Failure => ({
  code: textOf(error, 'code') || textOf(error, 'type') || 'unknown',
  message: textOf(error, 'message'),
})

/** The server builds it from the schema this type is inferred from. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place for it
const trustCitation = (value: unknown) => value as Citation

/** What an item says: the texts and transcripts of its content parts. */
function contentOf(item: Fields): string {
  const content = Array.isArray(item.content) ? item.content.filter(isFields) : []
  return content.map((part) => textOf(part, 'transcript') || textOf(part, 'text')).join('')
}

function timesOf(event: Fields): TurnTimes {
  const msOf = (stage: string) => {
    const ms = event[`${stage}_ms`]
    return typeof ms === 'number' ? ms : null
  }
  const [vad, stt, rag] = [msOf('vad'), msOf('stt'), msOf('rag')]
  const [first, speech, all] = [msOf('llm_ttft'), msOf('tts_ttfb'), msOf('ttfa')]
  return { vad, stt, rag, llm_ttft: first, tts_ttfb: speech, ttfa: all }
}

const READERS: Record<string, (event: Fields) => Signal | null> = {
  'session.created': () => ({ type: 'ready' }),
  'input_audio_buffer.speech_started': () => ({ type: 'speech_started' }),
  'input_audio_buffer.speech_stopped': () => ({ type: 'speech_stopped' }),
  'conversation.item.input_audio_transcription.delta': (event) => ({
    type: 'user_text',
    itemId: textOf(event, 'item_id'),
    text: textOf(event, 'delta'),
    isFinal: false,
  }),
  'conversation.item.input_audio_transcription.completed': (event) => ({
    type: 'user_text',
    itemId: textOf(event, 'item_id'),
    text: textOf(event, 'transcript'),
    isFinal: true,
  }),
  'response.created': () => ({ type: 'response_created' }),
  'response.done': (event) => {
    const response = fieldsOf(event, 'response')
    const error = fieldsOf(fieldsOf(response, 'status_details'), 'error')
    return {
      type: 'response_done',
      failure: response.status === 'failed' ? failureOf(error) : null,
    }
  },
  'voiceassist.citation': (event) => ({
    type: 'cited',
    itemId: textOf(event, 'item_id'),
    citation: trustCitation(event.citation),
  }),
  'response.output_audio.delta': (event) => ({
    type: 'audio',
    itemId: textOf(event, 'item_id'),
    base64: textOf(event, 'delta'),
  }),
  'conversation.item.truncated': (event) => ({
    type: 'truncated',
    itemId: textOf(event, 'item_id'),
  }),
  'conversation.item.retrieved': (event) => {
    const item = fieldsOf(event, 'item')
    return { type: 'retrieved', itemId: textOf(item, 'id'), text: contentOf(item) }
  },
  'conversation.item.input_audio_transcription.failed': (event) => ({
    type: 'failed',
    ...failureOf(fieldsOf(event, 'error')),
  }),
  'voiceassist.playback': (event) => (event.holds === true ? null : { type: 'holds_offered' }),
  'voiceassist.playback.held': () => ({ type: 'held' }),
  'voiceassist.playback.released': (event) => ({
    type: 'released',
    resumes: event.resumes === true,
  }),
  'input_audio_buffer.cleared': () => ({ type: 'input_cleared' }),
  'voiceassist.turn_metrics': (event) => ({ type: 'measured', times: timesOf(event) }),
  'voiceassist.recording': (event) => ({
    type: 'recording',
    isRecording: event.is_recording === true,
    reason: textOf(event, 'reason') || null,
  }),
  error: (event) => ({ type: 'failed', ...failureOf(fieldsOf(event, 'error')) }),
}

/** Spoken and written replies carry their words under two names. */
for (const kind of ['output_audio_transcript', 'output_text']) {
  const done = kind === 'output_text' ? 'text' : 'transcript'
  READERS[`response.${kind}.delta`] = (event) => ({
    type: 'assistant_delta',
    itemId: textOf(event, 'item_id'),
    text: textOf(event, 'delta'),
  })
  READERS[`response.${kind}.done`] = (event) => ({
    type: 'assistant_text',
    itemId: textOf(event, 'item_id'),
    text: textOf(event, done),
  })
}

/** One text frame of the socket. @throws SyntaxError when the frame is not JSON */
export function readSignal(frame: string): Signal | null {
  const event: unknown = JSON.parse(frame)
  if (!isFields(event)) return null
  return READERS[textOf(event, 'type')]?.(event) ?? null
}
