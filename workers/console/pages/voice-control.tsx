/** The button that starts and stops, the ring that shows the level, and the state in words. */
import { Mic, MicOff, Square } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { VoiceSession } from '../lib/voice-session.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Status, type Tone } from '../ui/status.tsx'

const TONES: Record<VoiceSession['state'], Tone> = {
  idle: 'idle',
  connecting: 'busy',
  listening: 'good',
  hearing: 'good',
  thinking: 'busy',
  speaking: 'busy',
}

/** Speech is quiet on a linear scale; the square root spreads it over the meter. */
const shownLevel = (level: number) => Math.min(1, Math.sqrt(level) * 1.6)

/** The level as a custom property, set past React: it changes 25 times a second. */
function useLevelRing({ onSound, state }: VoiceSession) {
  const ring = useRef<HTMLDivElement>(null)
  useEffect(() => {
    return onSound((sound) => {
      if (sound === 'interrupted') return
      ring.current?.style.setProperty('--level', shownLevel(sound.level).toFixed(3))
    })
  }, [onSound])
  useEffect(() => {
    if (state === 'idle') ring.current?.style.setProperty('--level', '0')
  }, [state])
  return ring
}

export function VoiceControl({ session, onStart }: { session: VoiceSession; onStart: () => void }) {
  const { voice } = useMessages()
  const { state, isMuted, hasMicrophone } = session
  const ring = useLevelRing(session)
  const isOn = state !== 'idle'
  return (
    <div className="flex flex-col items-center gap-4 py-6">
      <div ref={ring} className="relative grid size-40 place-items-center">
        <div
          aria-hidden
          className="absolute inset-6 scale-[calc(1+var(--level,0)*0.55)] rounded-full bg-accent/14 transition-transform duration-75"
        />
        <button
          type="button"
          aria-label={isOn ? voice.stop : voice.start}
          data-action="voice"
          onClick={isOn ? session.stop : onStart}
          className={`relative grid size-24 place-items-center rounded-full transition-colors duration-150 hover:brightness-110 ${
            isOn ? 'border-2 border-accent bg-surface text-accent' : 'bg-accent text-on-accent'
          }`}
        >
          {isOn ? (
            <Square size={28} fill="currentColor" aria-hidden />
          ) : (
            <Mic size={36} aria-hidden />
          )}
        </button>
      </div>
      <div className="flex h-8 items-center gap-3">
        <span role="status" className="text-md">
          <Status tone={TONES[state]}>{voice.states[state]}</Status>
        </span>
        {isOn && hasMicrophone && (
          <Button look="ghost" aria-pressed={isMuted} onClick={() => session.setMuted(!isMuted)}>
            {isMuted ? <MicOff size={16} aria-hidden /> : <Mic size={16} aria-hidden />}
            {isMuted ? voice.unmute : voice.mute}
          </Button>
        )}
      </div>
    </div>
  )
}
