/** The recording, loaded when somebody wants to hear it: that is an entry of the audit log. */
import { useEffect, useState } from 'react'
import type { VoiceSession } from '../../../voice/history-schemas.ts'
import { saveFile } from '../../lib/download.ts'
import { formatMoment } from '../../lib/format.ts'
import { useVoiceSessionActions } from '../../lib/voice-session-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function RecordingPlayer({ session }: { session: VoiceSession }) {
  const { sessions } = useLateMessages()
  const { locale } = useMessages()
  const { recording } = useVoiceSessionActions()
  const { fail } = useToasts()
  const [file, setFile] = useState<Blob | null>(null)
  const [address, setAddress] = useState<string | null>(null)
  const { id, recorded_until: until } = session

  useEffect(() => {
    if (!file) return undefined
    const made = URL.createObjectURL(file)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])

  const load = async () => setFile(await recording(id))
  return (
    <section aria-label={sessions.recording} className="space-y-2">
      {until && (
        <p className="text-sm text-muted">{sessions.recordingUntil(formatMoment(until, locale))}</p>
      )}
      {file && address ? (
        <div className="flex flex-wrap items-center gap-3">
          {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the transcript stands above it */}
          <audio controls src={address} aria-label={sessions.player} className="min-w-0 flex-1" />
          <Button onClick={() => saveFile(`session-${id}.wav`, file)}>{sessions.download}</Button>
        </div>
      ) : (
        <Button onClick={() => void load().catch((error) => fail(sessions.recording, error))}>
          {sessions.load}
        </Button>
      )}
    </section>
  )
}
