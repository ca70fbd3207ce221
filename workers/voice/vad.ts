/**
 * Server VAD: when somebody speaks: sound over the noise floor that a voice detector (fvad.ts) takes for a
 * voice. Pure, one window at a time; what the words mean for the turn is not decided here.
 */
import { SAMPLE_RATE } from './limits.ts'

const WINDOW_MS = 20
export const WINDOW_SAMPLES = (WINDOW_MS * SAMPLE_RATE) / 1000

/** Names and ranges of the protocol's `server_vad`. */
export interface Detection {
  /** 0 to 1; higher needs louder speech. */
  threshold: number
  prefixPaddingMs: number
  silenceDurationMs: number
  /** Silence that is told of while the turn goes on; absent where the words do not matter. */
  pauseMs?: number
}

export interface Vad {
  isSpeech: boolean
  /** Milliseconds of the windows in a row that speak against the present state. */
  againstMs: number
  /** Least level of each of the latest sub-windows, oldest first; dBFS. */
  minima: readonly number[]
  /** Windows in the newest sub-window so far. */
  windows: number
}

/** Speech this long is a start; a click or a key stroke is shorter. */
const ONSET_MS = 60

/**
 * Noise floor by minimum statistics (R. Martin, IEEE Trans. Speech and Audio Processing 9(5),
 * 2001): the least level of the last 3 s, for speech has gaps and noise has none. A fan that is
 * switched on counts as speech for that long, not for ever.
 */
const SUB_WINDOWS = 6
const SUB_WINDOW_WINDOWS = 500 / WINDOW_MS

/** Before anything was heard: a quiet room, so that a caller who speaks at once is heard. */
const QUIET_DBFS = -65

export const SILENT_VAD: Vad = {
  isSpeech: false,
  againstMs: 0,
  minima: Array.from({ length: SUB_WINDOWS }, () => QUIET_DBFS),
  windows: 0,
}

/** What one window sounds like. */
export interface Sound {
  /** dBFS. */
  level: number
  isVoice: boolean
}

/** The state after one window. A change of `isSpeech` is the start or the end. */
export function hear(vad: Vad, { level, isVoice }: Sound, detection: Detection): Vad {
  const floor = Math.min(...vad.minima)
  const isSpoken = isVoice && level > leastLevel(vad.isSpeech, floor, detection.threshold)
  const againstMs = isSpoken === vad.isSpeech ? 0 : vad.againstMs + WINDOW_MS
  const neededMs = vad.isSpeech ? detection.silenceDurationMs : ONSET_MS
  const hasTurned = againstMs >= neededMs && againstMs > 0
  return {
    isSpeech: hasTurned ? !vad.isSpeech : vad.isSpeech,
    againstMs: hasTurned ? 0 : againstMs,
    ...minimaWith(vad, level),
  }
}

/** How far back the change lies: speech began, or ended, that long before its last window. */
export const onsetMs = ONSET_MS

/** Speech goes on at 6 dB less than it needs to start, so that quiet ends of words belong to it. */
function leastLevel(isSpeech: boolean, floor: number, threshold: number): number {
  const overFloor = floor + 6 + 12 * threshold
  const absolute = -60 + 20 * threshold
  return Math.max(overFloor, absolute) - (isSpeech ? 6 : 0)
}

function minimaWith({ minima, windows }: Vad, level: number): Pick<Vad, 'minima' | 'windows'> {
  const last = minima.at(-1) ?? level
  if (windows >= SUB_WINDOW_WINDOWS) return { minima: [...minima.slice(1), level], windows: 1 }
  if (windows === 0) return { minima: [...minima.slice(1), level], windows: 1 }
  const isLess = level < last
  return { minima: isLess ? [...minima.slice(0, -1), level] : minima, windows: windows + 1 }
}

/** Root mean square of samples in dBFS; -100 for digital silence. */
export function levelOf(samples: Int16Array | Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const power = sum / Math.max(1, samples.length) / 32_768 ** 2
  return Math.max(-100, 10 * Math.log10(power))
}
