/** What an assistant said and did in one turn, in order: text with its sources, and tools as they run. */
import type { Part } from '../../assistant/schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { CitedText } from './cited-text.tsx'
import { Status, type Tone } from './status.tsx'

interface TurnPartsProps {
  parts: readonly Part[]
  isRunning: boolean
}

type Call = Extract<Part, { type: 'tool_call' }>
type Result = Extract<Part, { type: 'tool_result' }>

export function TurnParts({ parts, isRunning }: TurnPartsProps) {
  const citations = parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []))
  const results = new Map(
    parts.flatMap((part) => (part.type === 'tool_result' ? [[part.id, part] as const] : [])),
  )
  return parts.map((part, index) => {
    if (part.type === 'tool_call') {
      return <ToolUse key={part.id} call={part} result={results.get(part.id)} />
    }
    if (part.type !== 'text') return null
    const isGrowing = isRunning && index === parts.length - 1
    return (
      // Parts only ever grow at their end.
      // oxlint-disable-next-line react/no-array-index-key -- see above
      <CitedText key={index} text={part.text} citations={citations} isGrowing={isGrowing} />
    )
  })
}

function ToolUse({ call, result }: { call: Call; result: Result | undefined }) {
  const { assistants } = useLateMessages()
  const state = result ? (result.ok ? 'ok' : 'failed') : 'running'
  return (
    <ToolCard
      name={call.tool_name}
      tone={TONES[state]}
      state={assistants.toolStates[state]}
      args={call.arguments}
      result={result?.content}
    />
  )
}

const TONES = { running: 'busy', ok: 'good', failed: 'bad' } as const

interface ToolCardProps {
  name: string
  tone: Tone
  state: string
  /** JSON, as the model wrote it. */
  args: string
  result?: string | undefined
}

/** A tool that was called; what with and what came of it when it is opened. */
export function ToolCard({ name, tone, state, args, result }: ToolCardProps) {
  const { assistants } = useLateMessages()
  return (
    <details className="rounded-sm border border-line px-2.5 py-1.5 text-sm">
      <summary className="cursor-pointer">
        <span className="font-mono">{assistants.callOf(name)}</span>{' '}
        <Status tone={tone}>{state}</Status>
      </summary>
      <dl className="mt-1.5 space-y-1">
        <dt className="text-xs text-muted">{assistants.arguments}</dt>
        <dd className="font-mono break-words whitespace-pre-wrap">{args}</dd>
        {result !== undefined && (
          <>
            <dt className="text-xs text-muted">{assistants.result}</dt>
            <dd className="max-h-48 overflow-y-auto break-words whitespace-pre-wrap">{result}</dd>
          </>
        )}
      </dl>
    </details>
  )
}
