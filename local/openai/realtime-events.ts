/** What a client of `/v1/realtime` may say here; anything else is an error that names it. */
import * as z from 'zod'

const Part = z.looseObject({ type: z.enum(['input_text', 'output_text']), text: z.string() })

const Item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('item_reference'), id: z.string() }),
  z.object({
    type: z.literal('message'),
    role: z.enum(['user', 'assistant', 'system']),
    content: z.array(Part).min(1),
  }),
  z.object({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string() }),
])
export type Item = z.infer<typeof Item>

const event = { event_id: z.string().optional() }

const Response = z.looseObject({
  conversation: z.literal('none', 'the conversation is not kept here: ask out of band'),
  metadata: z.record(z.string(), z.string()).nullable().default(null),
  output_modalities: z.tuple([z.enum(['audio', 'text'])]).optional(),
  instructions: z.string().default(''),
  input: z.array(Item),
  tools: z.array(z.looseObject({ type: z.literal('function'), name: z.string() })).default([]),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.looseObject({ type: z.literal('function'), name: z.string() }),
    ])
    .default('auto'),
})

const ResponseCreate = z.object({
  ...event,
  type: z.literal('response.create'),
  response: Response,
})
export type ResponseEvent = z.infer<typeof ResponseCreate>

export const RealtimeEvent = z.discriminatedUnion('type', [
  z.object({
    ...event,
    type: z.literal('session.update'),
    session: z.looseObject({
      type: z.literal('realtime'),
      audio: z.looseObject({
        input: z.looseObject({
          turn_detection: z.null('turns are the client’s here'),
          transcription: z.looseObject({ model: z.string() }),
        }),
      }),
    }),
  }),
  z.object({ ...event, type: z.literal('input_audio_buffer.append'), audio: z.base64() }),
  z.object({ ...event, type: z.literal('input_audio_buffer.commit') }),
  ResponseCreate,
  z.object({ ...event, type: z.literal('response.cancel'), response_id: z.string() }),
])
export type RealtimeEvent = z.infer<typeof RealtimeEvent>
