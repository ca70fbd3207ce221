/**
 * What the server says: events of the OpenAI Realtime protocol (GA), and those of our own with the
 * prefix `voiceassist.`. The `event_id` is added where they are sent.
 */
import type { Config } from './config.ts'
import type { Item } from './items.ts'
import { LIMITS } from './limits.ts'
import type { WireError } from './protocol.ts'
import type { Citation, Response, Session } from './session.ts'
import type { callEvents } from './wire-calls.ts'
import { itemOf } from './wire-items.ts'
import { ownEvents } from './wire-own.ts'
import { detailsOf, type Outcome, partOf, responseOf, usageOf } from './wire-reply.ts'

export type ServerEvent =
  | ReturnType<(typeof events)[keyof typeof events]>
  | ReturnType<(typeof callEvents)[keyof typeof callEvents]>

/** Where in a reply an event belongs; every item here has one part. */
const placeOf = ({ id, itemIndex }: Response, itemId: string) => ({
  response_id: id,
  item_id: itemId,
  output_index: itemIndex,
  content_index: 0,
})

type FunctionCall = Extract<Item, { type: 'function_call' }>

const callPlaceOf = ({ id }: Response, call: FunctionCall, index: number) => ({
  response_id: id,
  item_id: call.id,
  output_index: index,
  call_id: call.callId,
})

export const events = {
  ...ownEvents,
  error: (error: WireError) => ({ type: 'error' as const, error }),

  sessionCreated: (session: Session) => ({
    type: 'session.created' as const,
    session: sessionOf(session),
  }),
  sessionUpdated: (session: Session) => ({
    type: 'session.updated' as const,
    session: sessionOf(session),
  }),

  speechStarted: (itemId: string, ms: number) => ({
    type: 'input_audio_buffer.speech_started' as const,
    item_id: itemId,
    audio_start_ms: Math.round(ms),
  }),
  speechStopped: (itemId: string, ms: number) => ({
    type: 'input_audio_buffer.speech_stopped' as const,
    item_id: itemId,
    audio_end_ms: Math.round(ms),
  }),
  committed: (itemId: string, previous: string | null) => ({
    type: 'input_audio_buffer.committed' as const,
    item_id: itemId,
    previous_item_id: previous,
  }),
  timeoutTriggered: (itemId: string, fromMs: number, toMs: number) => ({
    type: 'input_audio_buffer.timeout_triggered' as const,
    item_id: itemId,
    audio_start_ms: Math.max(0, Math.round(fromMs)),
    audio_end_ms: Math.round(toMs),
  }),
  inputCleared: () => ({ type: 'input_audio_buffer.cleared' as const }),

  itemAdded: (item: Item, previous: string | null) => ({
    type: 'conversation.item.added' as const,
    previous_item_id: previous,
    item: itemOf(item),
  }),
  itemDone: (item: Item, previous: string | null) => ({
    type: 'conversation.item.done' as const,
    previous_item_id: previous,
    item: itemOf(item),
  }),
  itemRetrieved: (item: Item) => ({
    type: 'conversation.item.retrieved' as const,
    item: itemOf(item),
  }),
  itemDeleted: (itemId: string) => ({
    type: 'conversation.item.deleted' as const,
    item_id: itemId,
  }),
  itemTruncated: (itemId: string, ms: number) => ({
    type: 'conversation.item.truncated' as const,
    item_id: itemId,
    content_index: 0,
    audio_end_ms: ms,
  }),
  transcribed: (itemId: string, transcript: string, seconds: number) => ({
    type: 'conversation.item.input_audio_transcription.completed' as const,
    item_id: itemId,
    content_index: 0,
    transcript,
    usage: { type: 'duration' as const, seconds },
  }),
  transcriptionFailed: (itemId: string) => ({
    type: 'conversation.item.input_audio_transcription.failed' as const,
    item_id: itemId,
    content_index: 0,
    error: {
      type: 'server_error',
      code: 'transcription_failed',
      message: 'What was said could not be transcribed. Say it again.',
    },
  }),

  responseCreated: (session: Session, response: Response) => ({
    type: 'response.created' as const,
    response: { ...responseOf(session, response), status: 'in_progress' as const },
  }),
  responseDone: (session: Session, response: Response, outcome: Outcome) => ({
    type: 'response.done' as const,
    response: {
      ...responseOf(session, response),
      status: outcome.status,
      ...(outcome.status !== 'completed' && { status_details: detailsOf(outcome) }),
      usage: usageOf(response),
    },
  }),
  outputItemAdded: (response: Response, item: Item, index: number) => ({
    type: 'response.output_item.added' as const,
    response_id: response.id,
    output_index: index,
    item: itemOf(item),
  }),
  outputItemDone: (response: Response, item: Item, index: number) => ({
    type: 'response.output_item.done' as const,
    response_id: response.id,
    output_index: index,
    item: itemOf(item),
  }),
  argumentsDelta: (response: Response, call: FunctionCall, index: number) => ({
    type: 'response.function_call_arguments.delta' as const,
    ...callPlaceOf(response, call, index),
    delta: call.arguments,
  }),
  argumentsDone: (response: Response, call: FunctionCall, index: number) => ({
    type: 'response.function_call_arguments.done' as const,
    ...callPlaceOf(response, call, index),
    name: call.name,
    arguments: call.arguments,
  }),
  contentPartAdded: (response: Response, itemId: string) => ({
    type: 'response.content_part.added' as const,
    ...placeOf(response, itemId),
    part: partOf(response, ''),
  }),
  contentPartDone: (response: Response, itemId: string, text: string) => ({
    type: 'response.content_part.done' as const,
    ...placeOf(response, itemId),
    part: partOf(response, text),
  }),
  audioDelta: (response: Response, itemId: string, base64: string) => ({
    type: 'response.output_audio.delta' as const,
    ...placeOf(response, itemId),
    delta: base64,
  }),
  audioDone: (response: Response, itemId: string) => ({
    type: 'response.output_audio.done' as const,
    ...placeOf(response, itemId),
  }),
  transcriptDelta: (response: Response, itemId: string, text: string) => ({
    type: 'response.output_audio_transcript.delta' as const,
    ...placeOf(response, itemId),
    delta: text,
  }),
  transcriptDone: (response: Response, itemId: string, text: string) => ({
    type: 'response.output_audio_transcript.done' as const,
    ...placeOf(response, itemId),
    transcript: text,
  }),
  textDelta: (response: Response, itemId: string, text: string) => ({
    type: 'response.output_text.delta' as const,
    ...placeOf(response, itemId),
    delta: text,
  }),
  textDone: (response: Response, itemId: string, text: string) => ({
    type: 'response.output_text.done' as const,
    ...placeOf(response, itemId),
    text,
  }),
  cited: (response: Response, itemId: string, citation: Citation) => ({
    type: 'voiceassist.citation' as const,
    ...placeOf(response, itemId),
    citation,
  }),

  /** OpenAI sends these three over WebRTC and SIP only; here the server knows the clock. */
  playbackStarted: (responseId: string) => ({
    type: 'output_audio_buffer.started' as const,
    response_id: responseId,
  }),
  playbackStopped: (responseId: string) => ({
    type: 'output_audio_buffer.stopped' as const,
    response_id: responseId,
  }),
  playbackCleared: (responseId: string) => ({
    type: 'output_audio_buffer.cleared' as const,
    response_id: responseId,
  }),
}

/** The session object of the protocol. */
export function sessionOf({ id, config, openedAt }: Session) {
  const expiresAt = Math.floor((openedAt + LIMITS.sessionMs) / 1000)
  const head = { type: 'realtime' as const, object: 'realtime.session' as const, id }
  return { ...head, expires_at: expiresAt, ...(config satisfies Config) }
}
