/**
 * What a client may say: one JSON event per text frame, of the OpenAI Realtime protocol (GA).
 * Anything else is read as a refusal with the protocol's error fields, and the session goes on.
 */
import { z } from 'zod'
import { ResponseCreate, SessionUpdate } from './config.ts'
import { KEY } from './keys.ts'
import { LIMITS } from './limits.ts'
import { id, NewItem } from './new-item.ts'

/** The fields of the protocol's error object; `event_id` is the client event's own. */
export interface WireError {
  type: 'invalid_request_error' | 'server_error'
  code: string
  message: string
  param: string | null
  event_id: string | null
}

const event = { event_id: z.string().max(512).optional() }

const ClientEvent = z.discriminatedUnion('type', [
  z.object({ ...event, type: z.literal('session.update'), session: SessionUpdate }),
  z.object({
    ...event,
    type: z.literal('input_audio_buffer.append'),
    audio: z.string().max(LIMITS.appendChars, 'At most 15 MiB of base64.'),
  }),
  z.object({ ...event, type: z.literal('input_audio_buffer.commit') }),
  z.object({ ...event, type: z.literal('input_audio_buffer.clear') }),
  z.object({ ...event, type: z.literal('output_audio_buffer.clear') }),
  z.object({
    ...event,
    type: z.literal('conversation.item.create'),
    previous_item_id: id.nullish(),
    item: NewItem,
  }),
  z.object({ ...event, type: z.literal('conversation.item.retrieve'), item_id: id }),
  z.object({ ...event, type: z.literal('conversation.item.delete'), item_id: id }),
  z.object({
    ...event,
    type: z.literal('conversation.item.truncate'),
    item_id: id,
    content_index: z.int(),
    /** Clamped, never refused: clients round, and count what they have only received. */
    audio_end_ms: z.number(),
  }),
  z.object({
    ...event,
    type: z.literal('response.create'),
    response: ResponseCreate.nullish(),
  }),
  z.object({ ...event, type: z.literal('response.cancel'), response_id: id.optional() }),
  /** Ours: whether this client can hold what it plays, and go on later. */
  z.object({ ...event, type: z.literal('voiceassist.playback.update'), holds: z.boolean() }),
  /** Ours: a key of a telephone. */
  z.object({ ...event, type: z.literal('voiceassist.dtmf'), digit: z.string().regex(KEY) }),
  /** Ours: whether the caller agrees to be recorded. */
  z.object({ ...event, type: z.literal('voiceassist.recording.consent'), granted: z.boolean() }),
])
export type ClientEvent = z.output<typeof ClientEvent>

export type ClientEventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>

export type Parsed<Event> = { ok: true; event: Event } | { ok: false; error: WireError }

/** One frame, read. */
export const parseClientEvent = (frame: string | ArrayBuffer): Parsed<ClientEvent> =>
  typeof frame === 'string'
    ? parseWith(ClientEvent, frame)
    : refuse(null, 'invalid_frame', 'Send JSON in text frames; audio travels as base64 in them.')

/** One text frame, read as one of the schema's events. */
export function parseWith<Event>(schema: z.ZodType<Event>, frame: string): Parsed<Event> {
  const value = parseObject(frame)
  if (value === undefined) {
    return refuse(null, 'invalid_json', 'Send one JSON object per text frame.')
  }
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, event: result.data }
  return refuseIssue(value, result.error.issues[0])
}

function parseObject(frame: string): object | undefined {
  try {
    const value: unknown = JSON.parse(frame)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function refuseIssue(value: object, issue: z.core.$ZodIssue | undefined): Parsed<never> {
  const eventId = textField(value, 'event_id')
  if (issue?.code === 'invalid_union' && issue.path[0] === 'type') {
    const type = textField(value, 'type')
    const named = type === null ? 'An event needs a type' : `'${type}' is not an event taken here`
    return refuse(eventId, 'invalid_event', `${named}; see /docs/features/voice.md.`, 'type')
  }
  const code = issue?.code === 'unrecognized_keys' ? 'unknown_parameter' : 'invalid_value'
  const text = issue?.message ?? 'The event is not valid.'
  return refuse(eventId, code, text, issue?.path.join('.') || null)
}

function refuse(
  eventId: string | null,
  code: string,
  text: string,
  param: string | null = null,
): Parsed<never> {
  const error = { type: 'invalid_request_error' as const, code, message: text, param }
  return { ok: false, error: { ...error, event_id: eventId } }
}

/** A text field of an object of any shape, for errors that are to name it. */
function textField(value: object, name: string): string | null {
  const field: unknown = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof field === 'string' ? field.slice(0, 512) : null
}
