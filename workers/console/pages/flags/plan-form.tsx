/** What shall happen by itself: on and off, a share that grows, or a proposal that is published at a time. */
import { useState } from 'react'
import type { NewSchedule } from '../../../flags/schedule-schemas.ts'
import { useDrafts, useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { rampOf } from '../../lib/flag-inputs.ts'
import { settingsIn } from '../../lib/flag-summary.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { GuardFields, guardOf } from './guard-fields.tsx'
import type { PartProps } from './rollout-section.tsx'

const KINDS = ['window', 'ramp', 'publish'] as const
type Kind = (typeof KINDS)[number]

interface PlanFormProps extends PartProps {
  onDone: () => void
}

export function PlanForm({ flag, environment, onDone }: PlanFormProps) {
  const { flagTools } = useLateMessages()
  const { flag: words } = useMessages()
  const { plan } = flagTools
  const [kind, setKind] = useState<Kind>('window')
  const { schedule } = useFlagEditor(flag.name)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await schedule(READ[kind](form, environment))
    onDone()
  })
  return (
    <form onSubmit={onSubmit} className="grid gap-3 sm:grid-cols-2">
      <SelectField
        className="sm:col-span-2"
        label={plan.kind}
        value={kind}
        options={KINDS.map((value) => ({ value, name: plan.kinds[value] }))}
        onChange={({ target: { value } }) =>
          setKind(KINDS.find((one) => one === value) ?? 'window')
        }
      />
      {kind === 'window' && <WindowFields />}
      {kind === 'ramp' && <RampFields flag={flag} environment={environment} />}
      {kind === 'publish' && <DraftFields name={flag.name} />}
      <div className="flex justify-end sm:col-span-2">
        <Button type="submit" disabled={isBusy}>
          {words.schedules.add}
        </Button>
      </div>
      {error !== null && (
        <div className="sm:col-span-2">
          <ErrorNote error={error} />
        </div>
      )}
    </form>
  )
}

const momentOf = (form: FormData, name: string) => fromLocalInput(textOf(form, name))

/** What each form says, as the API takes it. */
const READ: Readonly<Record<Kind, (form: FormData, environment: string) => NewSchedule>> = {
  window(form, environment) {
    const [from, until] = [momentOf(form, 'from'), momentOf(form, 'until')]
    const times = { ...(from && { from }), ...(until && { until }) }
    return { type: 'window', environment, comment: '', ...times }
  },
  ramp(form, environment) {
    const hours = Number(textOf(form, 'hours'))
    const steps = rampOf(momentOf(form, 'first'), hours, textOf(form, 'shares'))
    const guard = guardOf(form)
    const rule = textOf(form, 'rule')
    return { type: 'ramp', environment, rule, steps, comment: '', ...(guard && { guard }) }
  },
  publish(form, environment) {
    const [at, draft] = [momentOf(form, 'at'), textOf(form, 'draft')]
    return { type: 'publish', environment, at, draft, comment: '' }
  },
}

function WindowFields() {
  const { schedules } = useMessages().flag
  return (
    <>
      <TextField label={schedules.from} name="from" type="datetime-local" />
      <TextField label={schedules.until} name="until" type="datetime-local" />
    </>
  )
}

function RampFields({ flag, environment }: PartProps) {
  const { plan } = useLateMessages().flagTools
  const rules = settingsIn(flag, environment).rules.filter(({ type }) => type !== 'force')
  if (rules.length === 0) return <p className="text-muted sm:col-span-2">{plan.noShares}</p>
  return (
    <>
      <SelectField
        label={plan.rule}
        name="rule"
        options={rules.map(({ id }) => ({ value: id, name: id }))}
      />
      <TextField
        label={plan.shares}
        hint={plan.sharesHint}
        name="shares"
        defaultValue="10 25 50 100"
        autoComplete="off"
        required
      />
      <TextField label={plan.first} name="first" type="datetime-local" required />
      <TextField
        label={plan.hours}
        name="hours"
        type="number"
        min={0.1}
        step="any"
        defaultValue={24}
        required
      />
      <GuardFields />
    </>
  )
}

function DraftFields({ name }: { name: string }) {
  const { plan } = useLateMessages().flagTools
  const open = useDrafts(name).data?.items.filter(({ state }) => state === 'open') ?? []
  if (open.length === 0) return <p className="text-muted sm:col-span-2">{plan.noDrafts}</p>
  return (
    <>
      <SelectField
        label={plan.draft}
        name="draft"
        options={open.map(({ id, comment }) => ({ value: id, name: comment }))}
      />
      <TextField label={plan.at} name="at" type="datetime-local" required />
    </>
  )
}
