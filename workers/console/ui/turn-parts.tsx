/** What an assistant said and did in one turn, in order: text with its sources, and tools as they run. */
import type { Part } from '../../assistant/schemas.ts'
import { formatDuration } from '../lib/format.ts'
import { useMessages } from '../messages/locale.tsx'
import { CitedText } from './cited-text.tsx'
import { Status } from './status.tsx'

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

const TONES = {
  running: 'busy',
  ok: 'good',
  failed: 'bad',
  invalid: 'warn',
  unconfirmed: 'warn',
} as const

/** Results that were stored without a state say only whether it worked. */
function stateOf(result: Result | undefined): keyof typeof TONES {
  if (!result) return 'running'
  return result.status ?? (result.ok ? 'ok' : 'failed')
}

/** A tool that was called; what with and what came of it when it is opened. */
function ToolUse({ call, result }: { call: Call; result: Result | undefined }) {
  const { ask, locale } = useMessages()
  const { tool_name: name, arguments: args } = call
  const state = stateOf(result)
  return (
    <details className="rounded-sm border border-line px-2.5 py-1.5 text-sm">
      <summary className="cursor-pointer">
        <span className="mr-2 font-mono break-words">{ask.callOf(name)}</span>
        <Status tone={TONES[state]}>{ask.toolStates[state]}</Status>
        {result?.duration_ms !== undefined && state !== 'unconfirmed' && (
          <span className="ml-2 text-xs text-muted">
            {formatDuration(result.duration_ms, locale)}
          </span>
        )}
      </summary>
      <dl className="mt-1.5 space-y-1">
        <dt className="text-xs text-muted">{ask.arguments}</dt>
        <dd className="font-mono break-words whitespace-pre-wrap">{args}</dd>
        {result && (
          <>
            <dt className="text-xs text-muted">{ask.result}</dt>
            <dd className="max-h-48 overflow-y-auto break-words whitespace-pre-wrap">
              {result.content}
            </dd>
          </>
        )}
      </dl>
    </details>
  )
}
