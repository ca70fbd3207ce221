/** What waits for approval beside flags' own drafts, and how many approvals each environment asks for. */
import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { Environment } from '../../../flags/audience-schemas.ts'
import type { AudienceChange } from '../../../flags/model-schemas.ts'
import type { Proposal } from '../../../flags/proposal-schemas.ts'
import { useApprovals, useEnvironments, useProposals } from '../../lib/approval-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { type LateMessages, useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { Deadline } from '../../ui/when.tsx'
import { EmergencyPublish } from './emergency-publish.tsx'
import { ProposeChange } from './propose-change.tsx'

export default function Approvals() {
  const { approvals } = useLateMessages()
  const { flag } = useMessages()
  const mayWrite = usePermission('flag.write')
  return (
    <Page title={approvals.title} subtitle={approvals.subtitle}>
      <Link to="/flags" search={{}} className="mb-4 inline-flex items-center gap-1 text-accent">
        <ArrowLeft size={16} aria-hidden />
        {flag.back}
      </Link>
      <Section title={approvals.list.title} hint={approvals.list.hint}>
        <Loaded query={useProposals()} rows={2}>
          {({ items }) => <Proposals items={items} />}
        </Loaded>
      </Section>
      {mayWrite && (
        <Section title={approvals.propose.title} hint={approvals.propose.hint}>
          <ProposeChange />
        </Section>
      )}
      <Section title={approvals.needed.title} hint={approvals.needed.hint}>
        <Loaded query={useEnvironments()} rows={3}>
          {({ items }) => (
            <ul className="space-y-3">
              {items.map((environment) => (
                <li key={environment.name}>
                  <Needed
                    key={`${environment.name} ${environment.updatedAt}`}
                    environment={environment}
                    mayWrite={mayWrite}
                  />
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </Section>
    </Page>
  )
}

function Proposals({ items }: { items: readonly Proposal[] }) {
  const { list } = useLateMessages().approvals
  if (items.length === 0) return <p className="text-muted">{list.none}</p>
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {items.map((proposal) => (
        <Row key={proposal.id} proposal={proposal} />
      ))}
    </ul>
  )
}

function Row({ proposal }: { proposal: Proposal }) {
  const { approvals: words } = useLateMessages()
  const { flag } = useMessages()
  const { id, change, comment, author, authorName, approvers, createdAt } = proposal
  const mayWrite = usePermission('flag.write')
  const { approve, publish, publishUnapproved, discard } = useApprovals()
  const { drafts } = flag
  return (
    <li className="flex flex-wrap items-center gap-3 px-3 py-2">
      <div className="min-w-60 flex-1 break-words">
        <p className="font-medium">{titleOf(change, words.changes)}</p>
        <p>{comment}</p>
        <p className="text-sm text-muted">
          {drafts.by(authorName ?? author, approvers.length)} · <Deadline iso={createdAt} />
        </p>
        <details>
          <summary className="text-sm text-accent">{words.list.details}</summary>
          <pre className="max-h-80 overflow-auto text-sm whitespace-pre-wrap" tabIndex={0}>
            {JSON.stringify(change, null, 2)}
          </pre>
        </details>
      </div>
      {mayWrite && (
        <>
          <Button onClick={() => approve(id)}>{drafts.approve}</Button>
          <Button onClick={() => publish(id)}>{drafts.publish}</Button>
          <EmergencyPublish label={comment} onPublish={(reason) => publishUnapproved(id, reason)} />
          <Button onClick={() => discard(id)}>{drafts.discard}</Button>
        </>
      )}
    </li>
  )
}

type ChangeWords = LateMessages['approvals']['changes']

function titleOf(change: AudienceChange, words: ChangeWords): string {
  if (change.type === 'segment') return words.segment(change.name)
  if (change.type === 'segmentGone') return words.segmentGone(change.name)
  const { type, flag, unitId, environment } = change
  return words[type](flag, unitId, environment)
}

interface NeededProps {
  environment: Environment
  mayWrite: boolean
}

function Needed({ environment: { name, approvals }, mayWrite }: NeededProps) {
  const { needed } = useLateMessages().approvals
  const { setApprovals } = useApprovals()
  const { onSubmit, error, isBusy } = useSubmit((form) =>
    setApprovals(name, Number(textOf(form, 'approvals'))),
  )
  if (!mayWrite) return <p>{needed.stands(name, approvals)}</p>
  return (
    <form onSubmit={onSubmit} className="flex flex-wrap items-end gap-3">
      <TextField
        className="w-64"
        label={name}
        name="approvals"
        type="number"
        min={0}
        max={10}
        defaultValue={approvals}
        required
      />
      <Button type="submit" aria-label={needed.saveOf(name)} disabled={isBusy}>
        {needed.save}
      </Button>
      {error !== null && <ErrorNote error={error} />}
    </form>
  )
}
