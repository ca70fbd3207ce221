/** Talking with the documents: one button, what both sides said, and writing when there is no mic. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useOfferedAssistants } from '../lib/offered-assistants.ts'
import { useVoiceSession } from '../lib/voice-session.ts'
import { useMessages } from '../messages/locale.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { Choice } from '../ui/filter-fields.tsx'
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
      <Voice assistant={search.assistant} />
    </WithSource>
  )
}

function Voice({ assistant }: { assistant: string | undefined }) {
  const { voice } = useMessages()
  const session = useVoiceSession(assistant)
  const [deviceId, setDeviceId] = useState('')
  return (
    <Page title={voice.title} subtitle={voice.subtitle} isNarrow>
      <div className="flex flex-1 flex-col">
        {session.state === 'idle' && <WhoAnswers assistant={assistant} />}
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

/** In the address, and before the session begins: one keeps its assistant to its end. */
function WhoAnswers({ assistant = '' }: { assistant: string | undefined }) {
  const { ask } = useMessages()
  const navigate = useNavigate({ from: '/voice' })
  const offered = useOfferedAssistants().data?.items ?? []
  if (offered.length === 0) return null
  return (
    <div className="mx-auto w-full max-w-80">
      <Choice
        label={ask.whoAnswers}
        value={assistant}
        options={[['', ask.ours], ...offered.map(({ id, name }) => [id, name] as const)]}
        onChange={(value) =>
          void navigate({
            search: ({ assistant: _old, ...rest }) =>
              value === '' ? rest : { ...rest, assistant: value },
            replace: true,
          })
        }
      />
    </div>
  )
}
