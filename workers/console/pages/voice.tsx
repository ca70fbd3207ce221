/** Talking with the documents: one button, what both sides said, and writing when there is no mic. */
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useVoiceSession } from '../lib/voice-session.ts'
import { useMessages } from '../messages/locale.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { Page } from '../ui/page.tsx'
import { WithSource } from '../ui/with-source.tsx'
import { Transcript } from './transcript.tsx'
import { VoiceControl } from './voice-control.tsx'
import { VoiceTextInput } from './voice-text-input.tsx'
import { LatencyBars } from './voice/latency-bars.tsx'
import { VoiceSources } from './voice/voice-sources.tsx'
import { VoiceTake } from './voice/voice-take.tsx'
import { Waveform } from './voice/waveform.tsx'

export function VoicePage() {
  const search = useSearch({ from: '/shell/voice' })
  return (
    <WithSource search={search}>
      <Voice />
    </WithSource>
  )
}

function Voice() {
  const { voice } = useMessages()
  const session = useVoiceSession()
  const [deviceId, setDeviceId] = useState('')
  return (
    <Page title={voice.title} subtitle={voice.subtitle} isNarrow>
      <div className="flex flex-1 flex-col">
        <VoiceControl
          session={session}
          onStart={() => session.start(deviceId === '' ? {} : { deviceId })}
        />
        <Waveform session={session} />
        <VoiceSources session={session} deviceId={deviceId} onDevice={setDeviceId} />
        <LatencyBars turns={session.turns} />
        {session.error && (
          <div className="mb-4">
            <ErrorNote error={session.error} />
          </div>
        )}
        <Transcript lines={session.lines} />
        <VoiceTake session={session} />
        <VoiceTextInput onSend={session.sendText} />
      </div>
    </Page>
  )
}
