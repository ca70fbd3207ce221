/** Settings of speech and voice sessions; the others are settings.ts. */
import { z } from 'zod'
import { positive, setting } from './setting-rules.ts'

export const VOICE_SETTINGS = {
  SPEECH_MODEL: setting(z.string().min(1), 'Text-to-speech model.', 'gpt-4o-mini-tts'),
  SPEECH_VOICE: setting(z.string().min(1), 'Voice of the speech model.', 'alloy'),
  TRANSCRIPTION_MODEL: setting(
    z.string().min(1),
    'Speech-to-text model.',
    'gpt-4o-mini-transcribe',
  ),
  VOICE_ENGINE: setting(
    z.enum(['cascade', 'relay'], 'must be cascade or relay'),
    'What makes spoken replies: `cascade` transcribes, answers and speaks; `relay` lets `REALTIME_MODEL` do all of it, and falls back to `cascade`.',
    'cascade',
  ),
  REALTIME_MODEL: setting(
    z.string().min(1),
    'Model of `relay`, at `OPENAI_BASE_URL`/realtime.',
    'gpt-realtime',
  ),
  VOICE_MAX_SESSIONS: setting(positive, 'Voice sessions a tenant may have open at once.', '100'),
  VOICE_SESSION_DOLLARS: setting(
    positive,
    'US dollars one voice session may cost; then it says goodbye.',
    '5',
  ),
}
