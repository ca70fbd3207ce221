/**
 * What a supervisor may say on a session's sideband, and what they hear of it: `conversation.item.create`
 * with a system message whispers to the assistant, `voiceassist.takeover.start` takes its place, and
 * then `input_audio_buffer.append` is heard by the caller.
 */
import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { type Parsed, parseWith } from './protocol.ts'

const event = { event_id: z.string().max(512).optional() }
const text = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.textChars, `At most ${LIMITS.textChars} characters.`)

const SidebandEvent = z.discriminatedUnion('type', [
  z.object({
    ...event,
    type: z.literal('conversation.item.create'),
    item: z.object({
      type: z.literal('message'),
      role: z.literal('system', 'Only system: it is told to the assistant, not to the caller.'),
      content: z.tuple([z.strictObject({ type: z.literal('input_text'), text })]),
    }),
  }),
  z.object({
    ...event,
    type: z.literal('input_audio_buffer.append'),
    audio: z.string().max(LIMITS.appendChars, 'At most 15 MiB of base64.'),
  }),
  z.object({ ...event, type: z.literal('input_audio_buffer.commit') }),
  /** Whether sound is wanted: the assistant's as it is sent, the caller's as it comes in. */
  z.object({ ...event, type: z.literal('voiceassist.monitor.update'), audio: z.boolean() }),
  z.object({ ...event, type: z.literal('voiceassist.takeover.start') }),
  z.object({ ...event, type: z.literal('voiceassist.takeover.end') }),
])
export type SidebandEvent = z.output<typeof SidebandEvent>

export const parseSidebandEvent = (frame: string): Parsed<SidebandEvent> =>
  parseWith(SidebandEvent, frame)

/** Sound is most of what a session says; supervisors who do not listen are spared it. */
export const isSound = ({ type }: { type: string }): boolean =>
  type === 'response.output_audio.delta'
