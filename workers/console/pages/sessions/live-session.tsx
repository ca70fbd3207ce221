/** A session that runs, followed from the side: heard, whispered into, taken over, ended. */
import { Ear, EarOff, Mic, MicOff, PhoneOff } from 'lucide-react'
import type { FormEvent } from 'react'
import { useSession } from '../../lib/hooks.ts'
import { type Supervision, useSupervision } from '../../lib/supervision.ts'
import { useVoiceSessionActions } from '../../lib/voice-session-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { Transcript } from '../transcript.tsx'

export function LiveSession({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { sessions } = useLateMessages()
  const { live } = sessions
  const supervision = useSupervision(id)
  const { state, error, speaker, lines } = supervision
  return (
    <section className="space-y-3">
      <p role="status" className="flex flex-wrap gap-4">
        <Status tone={state === 'following' ? 'good' : 'idle'}>
          {state === 'ended' ? live.ended : live[state]}
        </Status>
        {speaker !== null && <Status tone="warn">{live.takenOver(speaker)}</Status>}
      </p>
      {error && <ErrorNote error={error} />}
      {state === 'following' && <Controls id={id} supervision={supervision} />}
      <div className="max-h-80 overflow-y-auto" tabIndex={0} role="log" aria-label={live.title}>
        <Transcript lines={lines} />
      </div>
      {state === 'following' && <Whisper onWhisper={supervision.whisper} />}
      <Button onClick={onLeave}>{live.leave}</Button>
    </section>
  )
}

function Controls({ id, supervision }: { id: string; supervision: Supervision }) {
  const { sessions } = useLateMessages()
  const { live } = sessions
  const { isListening, listen, speaker, takeOver, handBack } = supervision
  const own = useSession()?.user.id
  const { hangUp } = useVoiceSessionActions()
  const { succeed, fail } = useToasts()
  const end = async () => {
    await hangUp(id)
    succeed(live.hungUp)
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button aria-pressed={isListening} onClick={() => listen(!isListening)}>
        {isListening ? <EarOff size={16} aria-hidden /> : <Ear size={16} aria-hidden />}
        {isListening ? live.hush : live.listen}
      </Button>
      {speaker !== null && speaker === own ? (
        <Button look="primary" onClick={handBack}>
          <MicOff size={16} aria-hidden />
          {live.handBack}
        </Button>
      ) : (
        <Button disabled={speaker !== null} onClick={takeOver}>
          <Mic size={16} aria-hidden />
          {live.takeOver}
        </Button>
      )}
      <Button look="danger" onClick={() => void end().catch((error) => fail(live.hangUp, error))}>
        <PhoneOff size={16} aria-hidden />
        {live.hangUp}
      </Button>
    </div>
  )
}

function Whisper({ onWhisper }: { onWhisper: (text: string) => void }) {
  const { sessions } = useLateMessages()
  const { live } = sessions
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    if (typeof text !== 'string' || text.trim() === '') return
    onWhisper(text.trim())
    event.currentTarget.reset()
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <label className="min-w-0 flex-1">
        <span className="mb-0.5 block text-xs text-muted">
          {live.whisper}. {live.whisperHint}
        </span>
        <input name="text" autoComplete="off" maxLength={4000} className={`h-8 ${inputClass}`} />
      </label>
      <Button type="submit">{live.send}</Button>
    </form>
  )
}
