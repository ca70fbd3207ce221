/** Who flips: a change or a proposal tried on those who asked lately, before anybody publishes it. */
import type { Impact } from '../../../flags/explain-schemas.ts'
import { type Tried, useImpact } from '../../lib/flag-trial-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'

interface ImpactPreviewProps {
  flag: string
  /** undefined: it cannot be tried as it is. */
  tried: Tried | undefined
  /** What is tried, for those who hear several such buttons. */
  label?: string
}

/** A button, and below it what came out. What was found for another change is not shown any more. */
export function ImpactPreview({ flag, tried, label }: ImpactPreviewProps) {
  const { impact } = useLateMessages().flagTools
  const { mutate, data, error, isPending, variables } = useImpact(flag)
  const isCurrent = JSON.stringify(variables) === JSON.stringify(tried)
  return (
    <div className="w-full space-y-2">
      <div className="flex justify-end">
        <Button
          disabled={!tried || isPending}
          aria-label={label === undefined ? undefined : impact.runOf(label)}
          onClick={() => tried && mutate(tried)}
        >
          {impact.run}
        </Button>
      </div>
      {isCurrent && error && <ErrorNote error={error} />}
      <div aria-live="polite">{isCurrent && data && <Found found={data} />}</div>
    </div>
  )
}

function Found({ found: { contexts, flags } }: { found: Impact }) {
  const { impact } = useLateMessages().flagTools
  const flipping = flags.filter(({ flipped }) => flipped > 0)
  return (
    <div className="space-y-2 rounded-md border border-line bg-raised p-3 text-sm">
      <p>
        <span className="font-medium">{impact.title}.</span> {impact.contexts(contexts)}{' '}
        {flipping.length === 0 && (contexts === 0 ? impact.untried : impact.nobody)}
      </p>
      {flipping.map(({ key, flipped, flips }) => (
        <div key={key}>
          <p className="break-words">{impact.flag(key, flipped)}</p>
          <ul className="list-disc pl-5">
            {flips.map(({ from, to, count, units }) => (
              <li key={JSON.stringify([from, to])} className="break-words">
                {impact.flip(textOf(from.value, impact), textOf(to.value, impact), count)}
                {units.length > 0 && (
                  <span className="text-muted"> {impact.units(units.join(', '))}</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  )
}

const textOf = (value: unknown, words: { default: string }) =>
  value === null ? words.default : JSON.stringify(value)
