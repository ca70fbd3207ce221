/** What a session hears: a microphone of one's choice or a file; and whether it may be recorded. */
import { useEffect, useState } from 'react'
import type { VoiceSession } from '../../lib/voice-session.ts'
import { streamOf } from '../../lib/wav-replay.ts'
import { useLateMessages } from '../../messages/late.ts'
import { control, Labelled } from '../../ui/filter-fields.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'

interface VoiceSourcesProps {
  session: VoiceSession
  /** Empty for the system's own. */
  deviceId: string
  onDevice: (deviceId: string) => void
}

export function VoiceSources(props: VoiceSourcesProps) {
  return props.session.state === 'idle' ? <Choice {...props} /> : <Consent {...props} />
}

/** Names are known once the browser was allowed to listen. */
function useMicrophones(): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([])
  useEffect(() => {
    // Absent on pages that are not a secure context, whatever the type says.
    const media: MediaDevices | undefined = navigator.mediaDevices
    const read = async () => {
      const all = (await media?.enumerateDevices()) ?? []
      setDevices(all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== ''))
    }
    const follow = () => void read().catch(() => undefined)
    follow()
    media?.addEventListener('devicechange', follow)
    return () => media?.removeEventListener('devicechange', follow)
  }, [])
  return devices
}

function Choice({ session, deviceId, onDevice }: VoiceSourcesProps) {
  const { voiceTools } = useLateMessages()
  const { fail } = useToasts()
  const devices = useMicrophones()
  const replay = async (file: File) => session.start({ stream: await streamOf(file) })
  return (
    <div className="mb-5 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <Labelled label={voiceTools.microphone}>
        <select
          value={deviceId}
          onChange={(change) => onDevice(change.target.value)}
          className={control}
        >
          <option value="">{voiceTools.systemMicrophone}</option>
          {devices.map((device, index) => (
            <option key={device.deviceId} value={device.deviceId}>
              {device.label || voiceTools.device(index + 1)}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={voiceTools.replay}>
        <input
          type="file"
          accept="audio/wav,.wav"
          className={`${control} py-1`}
          onChange={({ target: { files } }) => {
            const [file] = files ?? []
            if (file) void replay(file).catch((error) => fail(voiceTools.replayFailed, error))
          }}
        />
      </Labelled>
    </div>
  )
}

function Consent({ session: { recording, consent } }: VoiceSourcesProps) {
  const { voiceTools } = useLateMessages()
  const { isRecording = false, reason = null } = recording ?? {}
  return (
    <div className="mb-5 flex min-h-8 flex-wrap items-center gap-4">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={isRecording}
          onChange={(change) => consent(change.target.checked)}
        />
        {voiceTools.agree}
      </label>
      {isRecording && <Status tone="bad">{voiceTools.recording}</Status>}
      {reason !== null && <span className="text-muted">{voiceTools.notRecording[reason]}</span>}
    </div>
  )
}
