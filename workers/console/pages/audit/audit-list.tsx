/** Entries, newest first; one opens with everything it says. */
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import type { AuditFilter, AuditRecord } from '../../../audit/schemas.ts'
import { useAuditEntries } from '../../lib/audit-queries.ts'
import { useSession } from '../../lib/hooks.ts'
import { useAuditMessages } from '../../messages/audit.ts'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty } from '../../ui/page.tsx'
import { Status, type Tone } from '../../ui/status.tsx'
import { Moment } from '../../ui/when.tsx'
import { EntryDetails } from './entry-details.tsx'

const TONES: Record<AuditRecord['entry']['outcome'], Tone> = {
  ok: 'good',
  denied: 'warn',
  failed: 'bad',
}

export function AuditList({ filter }: { filter: AuditFilter }) {
  const audit = useAuditMessages()
  const { columns } = audit
  const query = useAuditEntries(filter)
  const [open, setOpen] = useState<AuditRecord | null>(null)
  return (
    <>
      <Loaded query={query} rows={10}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) {
            return <Empty icon={<ScrollText size={32} />} title={audit.empty} />
          }
          return (
            <DataTable
              label={audit.table}
              columns={[
                { key: 'at', title: columns.at, className: `w-44 ${wide}` },
                { key: 'event', title: columns.event },
                { key: 'actor', title: columns.actor, className: `w-44 ${wide}` },
                { key: 'resource', title: columns.resource, className: `w-52 ${wide}` },
                { key: 'outcome', title: columns.outcome, className: 'w-32' },
              ]}
            >
              {shown.map((record) => (
                <EntryRow key={record.seq} record={record} onOpen={() => setOpen(record)} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {open && <EntryDetails record={open} onClose={() => setOpen(null)} />}
    </>
  )
}

function EntryRow({ record, onOpen }: { record: AuditRecord; onOpen: () => void }) {
  const audit = useAuditMessages()
  const { seq, at, entry } = record
  const { event, outcome, resource } = entry
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={`${cell} text-muted ${wide}`}>
        <Moment iso={at} />
      </td>
      <td className={cell}>
        <button
          type="button"
          onClick={onOpen}
          aria-label={`${event}, ${audit.details(seq)}`}
          className="max-w-full truncate rounded-sm text-left font-mono text-sm text-accent underline-offset-2 hover:underline"
        >
          {event}
        </button>
        <span className="block text-sm text-muted md:hidden">
          <Moment iso={at} />
        </span>
      </td>
      <td className={`${cell} truncate ${wide}`}>
        <ActorName entry={entry} />
      </td>
      <td className={`${cell} truncate font-mono text-xs text-muted ${wide}`} title={resource?.id}>
        {resource && `${resource.type} ${resource.id}`}
      </td>
      <td className={cell}>
        <Status tone={TONES[outcome]}>{audit.outcomes[outcome]}</Status>
      </td>
    </tr>
  )
}

function ActorName({ entry: { actor, actorType } }: { entry: AuditRecord['entry'] }) {
  const audit = useAuditMessages()
  const own = useSession()?.user.id
  if (actor === own) return audit.you
  if (actorType === 'anonymous') return audit.nobody
  return (
    <span title={actor}>
      <span className="text-muted">{actorType}</span>{' '}
      <code className="font-mono text-xs">{actor}</code>
    </span>
  )
}
