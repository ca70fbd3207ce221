/** What becomes, or became, of each flag of an export, and what could not be carried over. */
import type { FlagImport } from '../../../flags/import-schemas.ts'
import { useLateMessages } from '../../messages/late.ts'
import { cell, DataTable } from '../../ui/data-table.tsx'
import { Status, type Tone } from '../../ui/status.tsx'

const TONES: Readonly<Record<FlagImport['flags'][number]['outcome'], Tone>> = {
  created: 'good',
  unchanged: 'idle',
  drafted: 'warn',
  refused: 'bad',
}

export function ImportReport({ report: { flags, segments, notes } }: { report: FlagImport }) {
  const words = useLateMessages().flagTools.import
  return (
    <div className="space-y-3">
      {flags.length === 0 ? (
        <p className="text-muted">{words.empty}</p>
      ) : (
        <DataTable
          label={words.report}
          columns={[
            { key: 'flag', title: words.flag },
            { key: 'outcome', title: words.outcome, className: 'w-36' },
            { key: 'notes', title: words.notes },
          ]}
        >
          {flags.map(({ name, source, outcome, notes: own }) => (
            <tr key={name}>
              <td className={`${cell} break-words`}>
                <code className="font-mono text-sm">{name}</code>
                {source !== name && <span className="block text-sm text-muted">{source}</span>}
              </td>
              <td className={cell}>
                <Status tone={TONES[outcome]}>{words.outcomes[outcome]}</Status>
              </td>
              <td className={cell}>
                {own.length === 0 ? (
                  <span className="text-muted">{words.whole}</span>
                ) : (
                  <Notes notes={own} />
                )}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {segments.length > 0 && (
        <>
          <h3 className="font-medium">{words.segments}</h3>
          <ul className="list-disc pl-5 text-sm">
            {segments.map(({ name, outcome }) => (
              <li key={name} className="break-words">
                <code className="font-mono">{name}</code>: {words.outcomes[outcome]}
              </li>
            ))}
          </ul>
        </>
      )}
      {notes.length > 0 && (
        <>
          <h3 className="font-medium">{words.general}</h3>
          <Notes notes={notes} />
        </>
      )}
    </div>
  )
}

function Notes({ notes }: Pick<FlagImport, 'notes'>) {
  const { effects } = useLateMessages().flagTools.import
  return (
    <ul className="space-y-1 text-sm">
      {notes.map(({ environment, rule, effect, reason }) => (
        <li key={JSON.stringify([environment, rule, effect, reason])} className="break-words">
          <span className={effect === 'lost' ? 'text-bad' : 'text-warn'}>{effects[effect]}</span>
          {': '}
          {[environment, rule].filter((part) => part !== null).join(' · ')} {reason}
        </li>
      ))}
    </ul>
  )
}
