/** The session as a file: what was said, and what each turn took. */
import { Download } from 'lucide-react'
import { saveFile } from '../../lib/download.ts'
import type { VoiceSession } from '../../lib/voice-session.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'

export function VoiceTake({ session: { lines, turns } }: { session: VoiceSession }) {
  const { voiceTools } = useLateMessages()
  if (lines.length === 0) return null
  const save = () => {
    const said = lines.map(({ speaker, text, wasInterrupted, citations }) => ({
      speaker,
      text,
      wasInterrupted,
      citations,
    }))
    const content = JSON.stringify({ lines: said, turns }, undefined, 2)
    saveFile('voice-session.json', new Blob([content], { type: 'application/json' }))
  }
  return (
    <div className="mt-4 text-right">
      <Button look="ghost" onClick={save}>
        <Download size={14} aria-hidden />
        {voiceTools.download}
      </Button>
    </div>
  )
}
