/** One session: its transcript as it was heard, its recording, and, while it runs, the way in. */
import { useState } from 'react'
import type { VoiceSession, VoiceTranscript } from '../../../voice/history-schemas.ts'
import { formatMoment } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useVoiceSessionActions, useVoiceTranscript } from '../../lib/voice-session-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { LiveSession } from './live-session.tsx'
import { RecordingPlayer } from './recording-player.tsx'
import { Caller } from './session-table.tsx'

export function SessionDetails({ id, onClose }: { id: string; onClose: () => void }) {
  const { sessions } = useLateMessages()
  const { locale } = useMessages()
  const query = useVoiceTranscript(id)
  const startedAt = query.data?.session.started_at
  const title = startedAt ? sessions.details(formatMoment(startedAt, locale)) : sessions.title
  return (
    <Modal title={title} isWide onClose={onClose}>
      <Loaded query={query} rows={5}>
        {(found) => <Details found={found} onClose={onClose} />}
      </Loaded>
    </Modal>
  )
}

function Details({ found, onClose }: { found: VoiceTranscript; onClose: () => void }) {
  const { sessions } = useLateMessages()
  const { session, is_masked: isMasked } = found
  const maySupervise = usePermission('voice.supervise')
  const [isFollowing, setFollowing] = useState(false)
  const isLive = session.state === 'live'
  return (
    <div className="space-y-4">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <Status tone={isLive ? 'busy' : 'idle'}>{sessions.states[session.state]}</Status>
        <Caller session={session} />
        {session.end_reason && (
          <span className="text-muted">{sessions.endReason(session.end_reason)}</span>
        )}
      </p>
      {isLive && maySupervise && !isFollowing && (
        <Button look="primary" onClick={() => setFollowing(true)}>
          {sessions.live.follow}
        </Button>
      )}
      {isFollowing ? (
        <LiveSession id={session.id} onLeave={() => setFollowing(false)} />
      ) : (
        <Transcript lines={found.lines} />
      )}
      {isMasked && <p className="text-sm text-muted">{sessions.masked}</p>}
      {!isLive && <Remains session={session} onErased={onClose} />}
    </div>
  )
}

/** What is kept of a session that has ended, for those who may hear it. */
function Remains({ session, onErased }: { session: VoiceSession; onErased: () => void }) {
  const mayHear = usePermission('voice.recording')
  if (!mayHear) return null
  return (
    <>
      {session.recorded_until && <RecordingPlayer session={session} />}
      <Erase id={session.id} onErased={onErased} />
    </>
  )
}

function Transcript({ lines }: { lines: VoiceTranscript['lines'] }) {
  const { sessions } = useLateMessages()
  return (
    <section aria-label={sessions.transcript}>
      {lines.length === 0 && <p className="text-muted">{sessions.nothingSaid}</p>}
      <ol
        className="max-h-96 space-y-3 overflow-y-auto"
        tabIndex={lines.length > 0 ? 0 : undefined}
      >
        {lines.map((line) => (
          <li key={line.item_id}>
            <p className="text-xs font-medium text-muted">{sessions.roles[line.role]}</p>
            {line.text === '' && line.role === 'assistant' ? (
              <p className="text-muted">{sessions.silent}</p>
            ) : (
              <p className="whitespace-pre-wrap">{line.text}</p>
            )}
            {line.was_cut && (
              <p className="text-sm">
                <Status tone="warn">{sessions.cut}</Status>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Twice, for nothing brings it back. */
function Erase({ id, onErased }: { id: string; onErased: () => void }) {
  const { sessions } = useLateMessages()
  const { remove } = useVoiceSessionActions()
  const { succeed, fail } = useToasts()
  const [isAsked, setAsked] = useState(false)
  const erase = async () => {
    await remove(id)
    succeed(sessions.erased)
    onErased()
  }
  if (!isAsked) return <Button onClick={() => setAsked(true)}>{sessions.erase}</Button>
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p>{sessions.eraseHint}</p>
      <Button
        look="danger"
        onClick={() => void erase().catch((error) => fail(sessions.eraseTitle, error))}
      >
        {sessions.eraseConfirm}
      </Button>
    </div>
  )
}
