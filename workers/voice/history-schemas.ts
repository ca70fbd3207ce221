/** Voice sessions that are remembered, as they travel: the list, one with its transcript, the settings. */
import { z } from '@hono/zod-openapi'

export const VoiceSettings = z
  .strictObject({
    /** Whether a session may be recorded when its caller agrees. Without agreement none is. */
    may_record: z.boolean(),
    /** Days after its end for which a recording is kept. */
    recording_days: z.int().min(1).max(3650),
  })
  .openapi('VoiceSettings')
export type VoiceSettings = z.infer<typeof VoiceSettings>

export const NOTHING_RECORDED: VoiceSettings = { may_record: false, recording_days: 30 }

export const VoiceHistoryQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.uuid('must be an id this API gave').optional(),
  state: z.enum(['live', 'ended']).optional(),
  /** `true`: only sessions whose recording is still there. */
  recorded: z.enum(['true', 'false']).optional(),
  /** Words that were said. */
  q: z.string().trim().min(1).max(200).optional(),
})
export type VoiceHistoryQuery = z.output<typeof VoiceHistoryQuery>

const time = () => z.iso.datetime()

export const VoiceSession = z
  .object({
    id: z.string(),
    user_id: z.string().nullable(),
    api_key_id: z.string().nullable(),
    model: z.string(),
    state: z.enum(['live', 'ended']),
    started_at: time(),
    ended_at: time().nullable(),
    /** Why the server ended it; null when the caller did. */
    end_reason: z.string().nullable(),
    /** Questions that were answered. */
    turns: z.int(),
    /** When its recording is deleted; null where there is none. */
    recorded_until: time().nullable(),
  })
  .openapi('VoiceSession')
export type VoiceSession = z.infer<typeof VoiceSession>

export const VoiceSessionPage = z
  .object({ items: z.array(VoiceSession), next_cursor: z.string().nullable() })
  .openapi('VoiceSessionPage')
export type VoiceSessionPage = z.infer<typeof VoiceSessionPage>

const TranscriptLine = z.object({
  item_id: z.string(),
  role: z.enum(['user', 'assistant', 'system', 'tool', 'whisper']),
  text: z.string(),
  /** Milliseconds of the item's sound that were heard; null for what has none. */
  heard_until_ms: z.int().nullable(),
  was_cut: z.boolean(),
  /** Milliseconds of the session when it began. */
  from_ms: z.int(),
})

export const VoiceTranscript = z
  .object({
    session: VoiceSession,
    /** Addresses, numbers and keys are hidden from those who lack `voice.recording`. */
    is_masked: z.boolean(),
    lines: z.array(TranscriptLine),
  })
  .openapi('VoiceTranscript')
export type VoiceTranscript = z.infer<typeof VoiceTranscript>
