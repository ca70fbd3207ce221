/** The guard of a ramp: a metric and its bounds, and what happens when one is passed. */
import { useState } from 'react'
import type { NewSchedule } from '../../../flags/schedule-schemas.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'

type Guard = NonNullable<Extract<NewSchedule, { type: 'ramp' }>['guard']>

/** undefined where the form has none. */
export function guardOf(form: FormData): Guard | undefined {
  if (!form.has('guarded')) return undefined
  const bound = (name: 'most' | 'least') => {
    const text = textOf(form, name)
    return text === '' ? {} : { [name]: Number(text) }
  }
  return {
    metric: textOf(form, 'metric').trim(),
    samples: Number(textOf(form, 'samples')),
    watchMinutes: Number(textOf(form, 'watch')),
    onBreach: textOf(form, 'breach') === 'stop' ? 'stop' : 'rollback',
    ...bound('most'),
    ...bound('least'),
  }
}

export function GuardFields() {
  const { plan } = useLateMessages().flagTools
  const [isGuarded, setGuarded] = useState(false)
  return (
    <>
      <div className="sm:col-span-2">
        <CheckField
          label={plan.guard}
          hint={plan.guardHint}
          name="guarded"
          checked={isGuarded}
          onChange={(event) => setGuarded(event.target.checked)}
        />
      </div>
      {isGuarded && (
        <>
          <TextField
            label={plan.metric}
            hint={plan.metricHint}
            name="metric"
            defaultValue="evaluation_errors"
            maxLength={100}
            autoComplete="off"
            required
          />
          <TextField
            label={plan.samples}
            name="samples"
            type="number"
            min={1}
            defaultValue={100}
            required
          />
          <TextField label={plan.most} name="most" type="number" step="any" />
          <TextField label={plan.least} name="least" type="number" step="any" />
          <TextField
            label={plan.watch}
            name="watch"
            type="number"
            min={0}
            max={10_080}
            defaultValue={60}
            required
          />
          <SelectField
            label={plan.breach}
            name="breach"
            options={(['rollback', 'stop'] as const).map((value) => ({
              value,
              name: plan.breaches[value],
            }))}
          />
        </>
      )}
    </>
  )
}
