/** How long each turn took, stage by stage, as bars and in words. */
import { STAGES, type TurnTimes } from '../../../../sdk/voice/signals.ts'
import { useLateMessages } from '../../messages/late.ts'

const PARTS = STAGES.filter((stage) => stage !== 'ttfa')

const COLOURS: Record<(typeof PARTS)[number], string> = {
  vad: 'bg-control',
  stt: 'bg-accent',
  rag: 'bg-good',
  llm_ttft: 'bg-warn',
  tts_ttfb: 'bg-bad',
}

/** Older ones leave. */
const SHOWN = 5

export function LatencyBars({ turns }: { turns: readonly TurnTimes[] }) {
  const { voiceTools } = useLateMessages()
  if (turns.length === 0) return null
  const longest = Math.max(1, ...turns.map(totalOf))
  const first = Math.max(0, turns.length - SHOWN)
  return (
    <section aria-label={voiceTools.latency} className="mb-5">
      <ol className="space-y-2">
        {turns.slice(first).map((times, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- turns have no other name
          <li key={first + index}>
            <p className="text-xs text-muted">
              {voiceTools.turn(first + index + 1, Math.round(times.ttfa ?? 0))}
            </p>
            <div className="flex h-3 overflow-hidden rounded-sm bg-raised" aria-hidden>
              {PARTS.map((stage) => (
                <div
                  key={stage}
                  className={COLOURS[stage]}
                  style={{ width: `${((times[stage] ?? 0) / longest) * 100}%` }}
                />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <dl className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs">
        {PARTS.map((stage) => (
          <div key={stage} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-full ${COLOURS[stage]}`} />
            <dt className="text-muted">{voiceTools.stages[stage]}</dt>
            <dd>{voiceTools.ms(Math.round(turns.at(-1)?.[stage] ?? 0))}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const totalOf = (times: TurnTimes) => PARTS.reduce((sum, stage) => sum + (times[stage] ?? 0), 0)
