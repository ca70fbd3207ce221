/** A decision made for a context that is typed in, with every rule that was looked at. */
import { useState } from 'react'
import type { Explanation } from '../../../flags/explain-schemas.ts'
import { objectOf } from '../../lib/flag-inputs.ts'
import { useExplanation } from '../../lib/flag-trial-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { cell, DataTable } from '../../ui/data-table.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LinesField, TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import type { PartProps } from './rollout-section.tsx'

const EXAMPLE = '{"targetingKey":"ada"}'

export function TesterSection({ flag, environment }: PartProps) {
  const { tester } = useLateMessages().flagTools
  const [text, setText] = useState(EXAMPLE)
  const [version, setVersion] = useState('')
  const { mutate, data, error, isPending } = useExplanation(flag.name)
  const context = objectOf(text)
  const run = () => {
    if (!context) return
    mutate({ environment, context, ...(version !== '' && { version: Number(version) }) })
  }
  return (
    <Section title={tester.title} hint={tester.hint}>
      <LinesField
        label={tester.context}
        hint={context ? tester.contextHint : tester.broken}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex flex-wrap items-end justify-between gap-3">
        <TextField
          label={tester.version}
          hint={tester.versionHint}
          type="number"
          min={1}
          value={version}
          onChange={(event) => setVersion(event.target.value)}
        />
        <Button disabled={!context || isPending} onClick={run}>
          {tester.run}
        </Button>
      </div>
      {error && <ErrorNote error={error} />}
      <div aria-live="polite" className="space-y-3">
        {data && <Decision decision={data} />}
      </div>
    </Section>
  )
}

function Decision({ decision }: { decision: Explanation }) {
  const { tester } = useLateMessages().flagTools
  const { value, variant, reason, version, bucket, trace } = decision
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <dt className="text-muted">{tester.value}</dt>
        <dd className="break-words">
          {value === null ? (
            tester.none
          ) : (
            <code className="font-mono">{JSON.stringify(value)}</code>
          )}
          {variant !== null && <span className="text-muted"> {tester.variant(variant)}</span>}
        </dd>
        <dt className="text-muted">{tester.reason}</dt>
        <dd>{reason}</dd>
        <dt className="text-muted">{tester.bucket}</dt>
        <dd className="tabular-nums">{bucket ?? '—'}</dd>
      </dl>
      <p className="text-sm text-muted">{tester.of(version)}</p>
      {trace.length === 0 ? (
        <p className="text-muted">{tester.noRules}</p>
      ) : (
        <Trace trace={trace} />
      )}
    </>
  )
}

function Trace({ trace }: Pick<Explanation, 'trace'>) {
  const { tester, import: words } = useLateMessages().flagTools
  const nameOf = (ruleId: string) => {
    if (ruleId.startsWith('override-')) return tester.override
    return ruleId === '' ? tester.gate : ruleId
  }
  return (
    <DataTable
      label={tester.trace}
      columns={[
        { key: 'flag', title: words.flag },
        { key: 'rule', title: tester.rule },
        { key: 'outcome', title: tester.outcome },
        { key: 'bucket', title: tester.bucket, className: 'w-24 text-right' },
      ]}
    >
      {trace.map(({ flag, rule, ruleId, outcome, bucket }) => (
        <tr key={`${flag} ${rule}`}>
          <td className={`${cell} truncate font-mono text-sm`}>{flag}</td>
          <td className={`${cell} break-words`}>{nameOf(ruleId)}</td>
          <td className={cell}>{tester.outcomes[outcome] ?? outcome}</td>
          <td className={`${cell} text-right tabular-nums`}>{bucket ?? '—'}</td>
        </tr>
      ))}
    </DataTable>
  )
}
