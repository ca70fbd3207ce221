/** Following a running session as React state: who says what, who has the floor, what went wrong. */
import { useEffect, useRef, useState } from 'react'
import type { VoiceAssistError } from '../../../sdk/errors.ts'
import { type SupervisorEvent, VoiceSupervisor } from '../../../sdk/voice-supervisor.ts'
// oxlint-disable-next-line import/default -- the query makes Vite export the built file's address
import workletUrl from '../../../sdk/voice/audio.worklet.ts?worker&url'
import { applyChange, type Line } from '../../../sdk/voice/transcript.ts'
import { useServices } from './services.tsx'

export interface Supervision {
  state: 'connecting' | 'following' | 'ended'
  lines: readonly Line[]
  error: VoiceAssistError | null
  /** Who speaks in the assistant's place; null for nobody. */
  speaker: string | null
  isListening: boolean
  listen: (wanted: boolean) => void
  whisper: (text: string) => void
  takeOver: () => void
  handBack: () => void
}

/** Follows from the moment the component is there until it goes. */
export function useSupervision(callId: string): Supervision {
  const { session } = useServices()
  const [state, setState] = useState<Supervision['state']>('connecting')
  const [lines, setLines] = useState<readonly Line[]>([])
  const [error, setError] = useState<VoiceAssistError | null>(null)
  const [speaker, setSpeaker] = useState<string | null>(null)
  const [isListening, setListening] = useState(false)
  const supervisor = useRef<VoiceSupervisor | null>(null)

  useEffect(() => {
    const receive = (event: SupervisorEvent) => {
      if (event.type === 'state') setState(event.state)
      else if (event.type === 'line') setLines((known) => applyChange(known, event.change))
      else if (event.type === 'takeover') setSpeaker(event.supervisor)
      else if (event.type === 'error') setError(event.error)
    }
    const { getToken } = session
    const own = new VoiceSupervisor({ url: '', getToken, callId, workletUrl, onEvent: receive })
    supervisor.current = own
    void own.start()
    return () => own.stop()
  }, [callId, session])

  return {
    state,
    lines,
    error,
    speaker,
    isListening,
    listen: (wanted) => {
      setListening(wanted)
      void supervisor.current?.listen(wanted)
    },
    whisper: (text) => supervisor.current?.whisper(text),
    takeOver: () => void supervisor.current?.takeOver(),
    handBack: () => supervisor.current?.handBack(),
  }
}
