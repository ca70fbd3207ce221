/** Events of our own, with the prefix `voiceassist.`: stock clients pass them on as they are. */
import type { Session } from './session.ts'
import type { Playback } from './speech.ts'
import type { TurnMetrics } from './turn-metrics.ts'

export const ownEvents = {
  turnMetrics: (responseId: string, metrics: TurnMetrics) => ({
    type: 'voiceassist.turn_metrics' as const,
    response_id: responseId,
    ...metrics,
  }),

  /** What to dial again with, after a socket that was lost. */
  resume: (token: string, graceMs: number) => ({
    type: 'voiceassist.resume' as const,
    token,
    grace_ms: graceMs,
  }),

  /** As the protocol has it for SIP. @param at Milliseconds since the epoch */
  dtmf: (key: string, at: number) => ({
    type: 'input_audio_buffer.dtmf_event_received' as const,
    event: key,
    received_at: Math.floor(at / 1000),
  }),

  /** Whether barge-in holds what is played instead of ending it at once. */
  playback: (holds: boolean) => ({ type: 'voiceassist.playback' as const, holds }),
  /** Silence at once, and nothing is to be thrown away yet. */
  playbackHeld: (playback: Playback | null) => ({
    type: 'voiceassist.playback.held' as const,
    response_id: playback?.responseId ?? null,
    item_id: playback?.itemId ?? null,
  }),
  /** @param resumes Whether it goes on where it was held; else what waits is not wanted. */
  playbackReleased: (resumes: boolean) => ({
    type: 'voiceassist.playback.released' as const,
    resumes,
  }),

  /** Replies are made in another way from here on, until the next attempt. */
  failover: (to: 'cascade' | 'text') => ({ type: 'voiceassist.failover' as const, to }),

  /** Most of what the session may cost is spent. */
  budgetWarning: ({ spent, maxSpent }: Pick<Session, 'spent' | 'maxSpent'>) => ({
    type: 'voiceassist.budget_warning' as const,
    spent_micro_dollars: spent,
    limit_micro_dollars: maxSpent,
  }),

  /** @param reason Why it is not: `not_allowed` by the tenant, `withdrawn` or `unavailable` */
  recording: (
    isRecording: boolean,
    reason: 'not_allowed' | 'withdrawn' | 'unavailable' | null,
  ) => ({
    type: 'voiceassist.recording' as const,
    is_recording: isRecording,
    reason,
  }),

  /** The others go to supervisors alone. @param supervisor Who has taken over; null for nobody */
  takeover: (supervisor: string | null) => ({
    type: 'voiceassist.takeover' as const,
    supervisor,
  }),
  whispered: (supervisor: string, text: string) => ({
    type: 'voiceassist.whispered' as const,
    supervisor,
    text,
  }),
  monitor: (audio: boolean) => ({ type: 'voiceassist.monitor' as const, audio }),
  /** 24 kHz, 16-bit little-endian, whatever the caller sends. */
  inputDelta: (delta: string) => ({ type: 'voiceassist.input_audio.delta' as const, delta }),
}
