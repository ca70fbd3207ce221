/** The voice client as React state: its phase, both sides' words, and what went wrong last. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { VoiceAssistError } from '../../../sdk/errors.ts'
import { VoiceClient, type VoiceEvent, type VoiceState } from '../../../sdk/voice.ts'
// oxlint-disable-next-line import/default -- the query makes Vite export the built file's address
import workletUrl from '../../../sdk/voice/audio.worklet.ts?worker&url'
import { applyChange, type Line } from '../../../sdk/voice/transcript.ts'
import { useServices } from './services.tsx'

export interface VoiceSession {
  state: VoiceState
  lines: readonly Line[]
  error: VoiceAssistError | null
  /** False in a session that was opened by writing. */
  hasMicrophone: boolean
  isMuted: boolean
  /** Called with 0 to 1 many times a second, so that a meter can move without a render. */
  onLevel: (meter: ((level: number) => void) | null) => void
  start: () => void
  stop: () => void
  setMuted: (muted: boolean) => void
  /** Opens a session in text when none is open. */
  sendText: (text: string) => void
}

export function useVoiceSession(): VoiceSession {
  const { session, steps } = useServices()
  const [state, setState] = useState<VoiceState>('idle')
  const [lines, setLines] = useState<readonly Line[]>([])
  const [error, setError] = useState<VoiceAssistError | null>(null)
  const [hasMicrophone, setHasMicrophone] = useState(false)
  const [isMuted, setMutedState] = useState(false)
  const meter = useRef<((level: number) => void) | null>(null)
  const client = useRef<VoiceClient | null>(null)

  const receive = useCallback(
    (event: VoiceEvent) => {
      steps.hear(event)
      if (event.type === 'state') setState(event.state)
      else if (event.type === 'line') setLines((known) => applyChange(known, event.change))
      else if (event.type === 'error') setError(event.error)
      else meter.current?.(event.level)
    },
    [steps],
  )

  const open = (microphone: boolean) => {
    setError(null)
    setMutedState(false)
    setHasMicrophone(microphone)
    if (microphone) setLines([])
    const { getToken } = session
    client.current = new VoiceClient({ url: '', getToken, workletUrl, onEvent: receive })
    void client.current.start({ microphone })
  }

  useEffect(() => () => void client.current?.stop(), [])

  return {
    state,
    lines,
    error,
    hasMicrophone,
    isMuted,
    onLevel: useCallback((listener) => {
      meter.current = listener
    }, []),
    start: () => open(true),
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
