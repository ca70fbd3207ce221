/** The voice client as React state: its phase, both sides' words, and what went wrong last. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { VoiceAssistError } from '../../../sdk/errors.ts'
import {
  VoiceClient,
  type VoiceEvent,
  type VoiceStart,
  type VoiceState,
} from '../../../sdk/voice.ts'
// oxlint-disable-next-line import/default -- the query makes Vite export the built file's address
import workletUrl from '../../../sdk/voice/audio.worklet.ts?worker&url'
import type { TurnTimes } from '../../../sdk/voice/signals.ts'
import { applyChange, type Line } from '../../../sdk/voice/transcript.ts'
import { useServices } from './services.tsx'

export interface Recording {
  isRecording: boolean
  reason: string | null
}

/** How loud somebody is, 0 to 1; or that the user spoke over the assistant. */
export type Sound = { speaker: 'user' | 'assistant'; level: number } | 'interrupted'

export interface VoiceSession {
  state: VoiceState
  lines: readonly Line[]
  error: VoiceAssistError | null
  /** False in a session that was opened by writing. */
  hasMicrophone: boolean
  isMuted: boolean
  /** What each turn took, oldest first. */
  turns: readonly TurnTimes[]
  /** Null until the user has said whether they agree. */
  recording: Recording | null
  /** Called many times a second, so that meters can move without a render. @returns takes it away */
  onSound: (meter: (sound: Sound) => void) => () => void
  start: (source?: Pick<VoiceStart, 'deviceId' | 'stream'>) => void
  consent: (granted: boolean) => void
  stop: () => void
  setMuted: (muted: boolean) => void
  /** Opens a session in text when none is open. */
  sendText: (text: string) => void
}

/** @param assistant Id of the one that answers; undefined: ours. It holds from the next session on. */
export function useVoiceSession(assistant?: string): VoiceSession {
  const { session, steps } = useServices()
  const [state, setState] = useState<VoiceState>('idle')
  const [lines, setLines] = useState<readonly Line[]>([])
  const [error, setError] = useState<VoiceAssistError | null>(null)
  const [hasMicrophone, setHasMicrophone] = useState(false)
  const [isMuted, setMutedState] = useState(false)
  const [turns, setTurns] = useState<readonly TurnTimes[]>([])
  const [recording, setRecording] = useState<Recording | null>(null)
  const meters = useRef(new Set<(sound: Sound) => void>())
  const client = useRef<VoiceClient | null>(null)

  const receive = useCallback(
    (event: VoiceEvent) => {
      steps.hear(event)
      const sound = (heard: Sound) => {
        for (const meter of meters.current) meter(heard)
      }
      switch (event.type) {
        case 'state':
          return setState(event.state)
        case 'line':
          return setLines((known) => applyChange(known, event.change))
        case 'measured':
          return setTurns((known) => [...known, event.times])
        case 'recording':
          return setRecording(event)
        case 'error':
          return setError(event.error)
        case 'interrupted':
          return sound('interrupted')
        case 'level':
          return sound(event)
      }
    },
    [steps],
  )

  const open = (microphone: boolean, source: Pick<VoiceStart, 'deviceId' | 'stream'> = {}) => {
    setError(null)
    setRecording(null)
    setMutedState(false)
    setHasMicrophone(microphone)
    if (microphone) {
      setLines([])
      setTurns([])
    }
    const { getToken } = session
    const named = assistant === undefined ? {} : { model: `assistant:${assistant}` }
    client.current = new VoiceClient({ url: '', getToken, workletUrl, onEvent: receive, ...named })
    void client.current.start({ microphone, ...source })
  }

  useEffect(() => () => void client.current?.stop(), [])

  return {
    state,
    lines,
    error,
    hasMicrophone,
    isMuted,
    turns,
    recording,
    onSound: useCallback((meter) => {
      meters.current.add(meter)
      return () => meters.current.delete(meter)
    }, []),
    start: (source) => open(true, source),
    consent: (granted) => client.current?.consent(granted),
    stop: () => void client.current?.stop(),
    setMuted: (muted) => {
      client.current?.setMuted(muted)
      setMutedState(muted)
    },
    sendText: (text) => {
      if (state === 'idle') open(false)
      client.current?.sendText(text)
    },
  }
}
