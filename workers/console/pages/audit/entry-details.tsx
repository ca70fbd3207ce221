/** Everything one entry says, and the hash that fixes it. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { AuditRecord } from '../../../audit/schemas.ts'
import { useAuditMessages } from '../../messages/audit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Modal } from '../../ui/modal.tsx'

interface EntryDetailsProps {
  record: AuditRecord
  onClose: () => void
}

export function EntryDetails({ record, onClose }: EntryDetailsProps) {
  const audit = useAuditMessages()
  const { common } = useMessages()
  const { seq, at, hash, entry } = record
  const facts = Object.entries(entry.facts ?? {})
  return (
    <Modal title={audit.entry(seq)} isWide onClose={onClose}>
      <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-1.5 max-sm:grid-cols-1">
        <Fact name={audit.columns.at}>{at}</Fact>
        <Fact name={audit.columns.event}>{entry.event}</Fact>
        <Fact name={audit.columns.outcome}>{audit.outcomes[entry.outcome]}</Fact>
        <Fact name={audit.reason}>{entry.reason}</Fact>
        <Fact name={audit.columns.actor}>{`${entry.actorType} ${entry.actor}`}</Fact>
        <Fact name={audit.columns.resource}>
          {entry.resource && `${entry.resource.type} ${entry.resource.id}`}
        </Fact>
        <Fact name={audit.facts}>
          {facts.length > 0 && facts.map(([key, value]) => `${key}: ${String(value)}`).join(', ')}
        </Fact>
        <Fact name={audit.address}>{entry.ip}</Fact>
        <Fact name={audit.session}>{entry.sid}</Fact>
        <Fact name={common.requestId}>{entry.requestId}</Fact>
        <Fact name={audit.trace}>
          <Link
            to="/traces"
            search={{ trace: entry.traceId }}
            className="text-accent underline-offset-2 hover:underline"
          >
            {entry.traceId}
          </Link>
        </Fact>
        <Fact name={audit.hash}>{hash}</Fact>
      </dl>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Link
          to="/audit"
          search={{ actor: entry.actor }}
          onClick={onClose}
          className={buttonClass()}
        >
          {audit.showActor}
        </Link>
        <CopyButton text={JSON.stringify(record, null, 2)} label={audit.copyEntry} isLabelled />
      </div>
    </Modal>
  )
}

/** Nothing where the entry says nothing. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null
  return (
    <>
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="font-mono text-sm break-all">{children}</dd>
    </>
  )
}
