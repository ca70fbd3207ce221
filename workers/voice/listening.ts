/** What the VAD is to listen for, as the session stands. */
import { detectionOf } from './config.ts'
import { LULL_MS } from './overlap.ts'
import type { Session } from './session.ts'
import { PAUSE_MS } from './turn-end.ts'
import type { Detection } from './vad.ts'

/** Words at a pause must come this much before the end of the turn to be worth their price. */
const LEAD_MS = 100

/** Null when the client commits by itself. */
export function listeningOf(session: Session): Detection | null {
  const detection = detectionOf(session.config)
  if (!detection) return null
  if (session.overlap?.itemId && session.overlap.itemId === session.speaking) {
    return { ...detection, pauseMs: Math.min(LULL_MS, detection.silenceDurationMs) }
  }
  const isWorthIt = detection.silenceDurationMs >= PAUSE_MS + LEAD_MS
  return session.speculates && isWorthIt ? { pauseMs: PAUSE_MS, ...detection } : detection
}

/** Milliseconds of silence that end the turn as it stands; null when the client ends it. */
export const silenceOf = ({ pause, config }: Session): number | null =>
  pause?.silenceMs ?? detectionOf(config)?.silenceDurationMs ?? null
