/** Spans as bars on one axis of time, children below their parents. Arrow keys go from row to row. */
import { type KeyboardEvent, useState } from 'react'
import type { Trace, TraceSpan } from '../../../traces/schemas.ts'
import { formatDuration } from '../../lib/format.ts'
import { rowsOf, type WaterfallRow } from '../../lib/waterfall.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useTraceMessages } from '../../messages/traces.ts'

/** Deeper spans are not indented further, or their names would have no room. */
const MAX_INDENT = 8

interface WaterfallProps {
  trace: Trace
  onOpen: (span: TraceSpan) => void
}

export function Waterfall({ trace, onOpen }: WaterfallProps) {
  const traces = useTraceMessages()
  const [current, setCurrent] = useState(0)
  return (
    <ol
      aria-label={traces.waterfall}
      className="divide-y divide-line overflow-hidden rounded-md border border-line bg-surface"
    >
      {rowsOf(trace).map((row, index) => (
        <Step
          key={row.span.spanId}
          row={row}
          isCurrent={index === current}
          onFocus={() => setCurrent(index)}
          onOpen={() => onOpen(row.span)}
        />
      ))}
    </ol>
  )
}

/** Where the keys lead from a row. */
const KEYS: Readonly<Record<string, (row: Element) => Element | null | undefined>> = {
  ArrowDown: (row) => row.nextElementSibling,
  ArrowUp: (row) => row.previousElementSibling,
  Home: (row) => row.parentElement?.firstElementChild,
  End: (row) => row.parentElement?.lastElementChild,
}

/** Of the rows one is reached by Tab; from there the keys go on. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const row = event.currentTarget.parentElement
  const find = KEYS[event.key]
  if (!find || !row) return
  event.preventDefault()
  find(row)?.querySelector('button')?.focus()
}

interface StepProps {
  row: WaterfallRow
  isCurrent: boolean
  onFocus: () => void
  onOpen: () => void
}

function Step({ row: { span, depth, start, width }, isCurrent, onFocus, onOpen }: StepProps) {
  const { locale } = useMessages()
  const traces = useTraceMessages()
  const { name, service, status, durationMs } = span
  const isError = status === 'error'
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`
  const indent = `${Math.min(depth, MAX_INDENT) * 0.75}rem`
  return (
    // Rows out of sight are not laid out: a trace may have a thousand.
    <li className="[contain-intrinsic-size:auto_2rem] [content-visibility:auto]">
      <button
        type="button"
        tabIndex={isCurrent ? 0 : -1}
        onFocus={onFocus}
        onClick={onOpen}
        onKeyDown={moveFocus}
        className="grid h-8 w-full grid-cols-[minmax(0,1fr)_4.5rem_minmax(0,1fr)] items-center gap-3 px-3 text-left -outline-offset-2 hover:bg-raised/50 md:grid-cols-[minmax(0,3fr)_5rem_4.5rem_minmax(0,2fr)]"
      >
        <span
          style={{ paddingInlineStart: indent }}
          className={`truncate font-mono text-sm ${isError ? 'text-bad' : ''}`}
        >
          {name}
          {isError && <span className="sr-only">, {traces.outcomes.error}</span>}
        </span>
        <span className="truncate text-sm text-muted max-md:hidden">{service}</span>
        <span className="text-sm tabular-nums">{formatDuration(durationMs, locale)}</span>
        <span aria-hidden className="relative block h-3 rounded-sm bg-raised">
          <span
            style={{ insetInlineStart: percent(start), width: `max(2px, ${percent(width)})` }}
            className={`absolute inset-y-0 max-w-full rounded-sm ${isError ? 'bg-bad' : 'bg-accent'}`}
          />
        </span>
      </button>
    </li>
  )
}
