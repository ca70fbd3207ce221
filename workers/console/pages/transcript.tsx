/** What both sides said, as it is said; a line that was interrupted shows what was heard. */
import { useEffect, useRef } from 'react'
import type { Line } from '../../../sdk/voice/transcript.ts'
import { useMessages } from '../messages/locale.tsx'
import { CitedText } from '../ui/cited-text.tsx'
import { SourceChips } from '../ui/source-link.tsx'
import { Status } from '../ui/status.tsx'

export function Transcript({ lines }: { lines: readonly Line[] }) {
  const { voice } = useMessages()
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' })
  }, [lines])
  return (
    <section aria-label={voice.transcript} className="flex flex-1 flex-col">
      {lines.length === 0 && (
        <p className="flex-1 text-center text-muted">{voice.emptyTranscript}</p>
      )}
      <div role="log">
        <ol className="space-y-4">
          {lines.map((line) => (
            <TranscriptLine key={line.itemId} line={line} />
          ))}
        </ol>
      </div>
      <div ref={end} className="scroll-mb-32" />
    </section>
  )
}

function TranscriptLine({ line }: { line: Line }) {
  const { voice } = useMessages()
  const isUser = line.speaker === 'user'
  return (
    <li className={isUser ? 'flex justify-end' : ''}>
      <div
        className={`max-w-[46ch] rounded-lg px-3.5 py-2 ${
          isUser ? 'bg-accent/12' : 'border border-line bg-surface'
        }`}
      >
        <p className="text-xs font-medium text-muted">{isUser ? voice.you : voice.assistant}</p>
        <CitedText text={line.text} citations={line.citations} isGrowing={!line.isFinal} />
        <SourceChips citations={line.citations} />
        {line.wasInterrupted && (
          <p className="mt-1 text-sm">
            <Status tone="warn">{voice.interrupted}</Status>
          </p>
        )}
      </div>
    </li>
  )
}
