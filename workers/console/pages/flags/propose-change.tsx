/** The form that proposes a change of a segment or of an override. */
import { useState } from 'react'
import type { AudienceChange } from '../../../flags/model-schemas.ts'
import { useApprovals } from '../../lib/approval-queries.ts'
import { FIRST_ENVIRONMENT, useEnvironmentNames } from '../../lib/environments.ts'
import { jsonOf, objectOf } from '../../lib/flag-inputs.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LinesField, linesOf, SelectField, TextField } from '../../ui/field.tsx'

const KINDS = ['list', 'condition', 'segmentGone', 'override', 'overrideGone'] as const
type Kind = (typeof KINDS)[number]

export function ProposeChange() {
  const [count, setCount] = useState(0)
  return <ProposalForm key={count} onDone={() => setCount((last) => last + 1)} />
}

function ProposalForm({ onDone }: { onDone: () => void }) {
  const { approvals } = useLateMessages()
  const words = approvals.propose
  const { propose } = useApprovals()
  const [kind, setKind] = useState<Kind>('list')
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await propose({ change: changeOf(kind, form), comment: textOf(form, 'comment').trim() })
    onDone()
  })
  const isOfSegment = kind !== 'override' && kind !== 'overrideGone'
  return (
    <form onSubmit={onSubmit} className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label={words.kind}
        value={kind}
        options={KINDS.map((value) => ({ value, name: words.kinds[value] }))}
        onChange={({ target: { value } }) =>
          setKind(KINDS.find((known) => known === value) ?? 'list')
        }
      />
      {isOfSegment ? <SegmentFields kind={kind} /> : <OverrideFields kind={kind} />}
      <TextField
        className="sm:col-span-2"
        label={words.comment}
        name="comment"
        maxLength={500}
        required
        autoComplete="off"
      />
      {error !== null && (
        <div className="sm:col-span-2">
          <ErrorNote error={error} />
        </div>
      )}
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" disabled={isBusy}>
          {words.submit}
        </Button>
      </div>
    </form>
  )
}

function SegmentFields({ kind }: { kind: Kind }) {
  const { propose: words } = useLateMessages().approvals
  return (
    <>
      <TextField label={words.segment} name="name" maxLength={100} required autoComplete="off" />
      {kind === 'list' && (
        <>
          <TextField label={words.attribute} name="attribute" defaultValue="id" required />
          <LinesField label={words.values} hint={words.valuesHint} name="values" required />
        </>
      )}
      {kind === 'condition' && (
        <LinesField label={words.condition} hint={words.conditionHint} name="condition" required />
      )}
    </>
  )
}

function OverrideFields({ kind }: { kind: Kind }) {
  const { approvals } = useLateMessages()
  const { flag } = useMessages()
  const { propose: words } = approvals
  const names = useEnvironmentNames()
  return (
    <>
      <SelectField
        label={words.environment}
        name="environment"
        defaultValue={FIRST_ENVIRONMENT}
        options={names.map((name) => ({ value: name, name }))}
      />
      <TextField label={words.flag} name="flag" maxLength={100} required autoComplete="off" />
      <TextField
        label={flag.overrides.unit}
        name="unit"
        maxLength={200}
        required
        autoComplete="off"
      />
      {kind === 'override' && (
        <>
          <TextField label={flag.overrides.value} name="value" required autoComplete="off" />
          <TextField
            label={flag.overrides.reason}
            name="reason"
            maxLength={300}
            required
            autoComplete="off"
          />
          <TextField label={flag.overrides.expires} name="expires" type="datetime-local" />
        </>
      )}
    </>
  )
}

/** What is wrong with it the server says, by field. */
function changeOf(kind: Kind, form: FormData): AudienceChange {
  const name = textOf(form, 'name').trim()
  const unitId = textOf(form, 'unit').trim()
  const environment = textOf(form, 'environment') || FIRST_ENVIRONMENT
  const flag = textOf(form, 'flag').trim()
  switch (kind) {
    case 'list': {
      const attribute = textOf(form, 'attribute').trim()
      const body = { type: 'list', attribute, values: linesOf(form, 'values') } as const
      return { type: 'segment', name, description: '', body }
    }
    case 'condition': {
      const condition = objectOf(textOf(form, 'condition')) ?? {}
      return { type: 'segment', name, description: '', body: { type: 'condition', condition } }
    }
    case 'segmentGone':
      return { type: kind, name }
    case 'override': {
      const text = textOf(form, 'value')
      const expiresAt = fromLocalInput(textOf(form, 'expires')) || null
      const reason = textOf(form, 'reason').trim()
      // Text that is no JSON is a text.
      const value = jsonOf(text) ?? text
      return { type: kind, environment, flag, unitId, value, reason, expiresAt }
    }
    case 'overrideGone':
      return { type: kind, environment, flag, unitId }
  }
}
