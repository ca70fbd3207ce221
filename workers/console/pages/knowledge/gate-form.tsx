/** Which set has to be run before a base is published, and what it has to come to. */
import type { Gate, GateState } from '../../../evals/publish-schemas.ts'
import type { Base } from '../../../knowledge/base-schemas.ts'
import { useBaseActions } from '../../lib/base-queries.ts'
import { useEvalSets } from '../../lib/eval-queries.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'

const MEASURES = ['ndcg', 'recall', 'citationPrecision', 'abstainedRightly'] as const

/** @returns null when no set is chosen, or nothing is asked of it */
function gateIn(form: FormData): Gate | null {
  const setId = textOf(form, 'set')
  const asked = MEASURES.filter((measure) => textOf(form, measure) !== '')
  if (setId === '' || asked.length === 0) return null
  const least = asked.map((measure) => [measure, Number(textOf(form, measure))])
  const closed = form.has('closed') && { closed: true }
  return { setId, least: Object.fromEntries(least), ...closed }
}

export function GateForm({ base, state: { gate } }: { base: Base; state: GateState }) {
  const { publishing: words } = useLateMessages()
  const query = useEvalSets()
  return (
    <Loaded query={query} rows={2}>
      {({ pages }) => {
        const sets = pages.flatMap(({ items }) => items).filter(({ kbId }) => kbId === base.id)
        if (sets.length === 0 && !gate) return <p className="text-muted">{words.noSets}</p>
        const key = JSON.stringify(gate)
        const options = sets.map(({ id, name }) => ({ value: id, name }))
        return <GateFields key={key} id={base.id} gate={gate} options={options} />
      }}
    </Loaded>
  )
}

interface GateFieldsProps {
  id: string
  gate: Gate | null
  options: readonly { value: string; name: string }[]
}

function GateFields({ id, gate, options }: GateFieldsProps) {
  const { publishing: words } = useLateMessages()
  const { setGate } = useBaseActions()
  const { onSubmit, error, isBusy } = useSubmit((form) => setGate(id, gateIn(form)))
  return (
    <form onSubmit={onSubmit} className="space-y-3">
      <h3 className="font-semibold">{words.gate}</h3>
      <SelectField
        name="set"
        label={words.set}
        hint={words.gateHint}
        defaultValue={gate?.setId ?? ''}
        options={[{ value: '', name: words.noGate }, ...options]}
      />
      <fieldset className="grid gap-3 sm:grid-cols-2">
        <legend className="mb-1 text-sm font-medium">{words.least}</legend>
        {MEASURES.map((measure) => (
          <TextField
            key={measure}
            name={measure}
            label={words.measures[measure]}
            type="number"
            min={0}
            max={1}
            step={0.001}
            defaultValue={gate?.least[measure]}
          />
        ))}
      </fieldset>
      {id !== 'default' && (
        <CheckField
          name="closed"
          label={words.closed}
          hint={words.closedHint}
          defaultChecked={gate?.closed}
        />
      )}
      {error !== null && <ErrorNote error={error} />}
      <Button type="submit" disabled={isBusy}>
        {words.saveGate}
      </Button>
    </form>
  )
}
