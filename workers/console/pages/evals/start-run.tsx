/** What a run tries; what is left as it is, is as the flags say when it begins. */
import type { NewEvalRun } from '../../../evals/schemas.ts'
import { useEvalActions } from '../../lib/eval-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'

const ARMS = ['fused', 'words'] as const
const STRATEGIES = ['simple', 'hybrid', 'multi_hop'] as const

export function StartRun({ setId, onClose }: { setId: string; onClose: () => void }) {
  const { evals } = useLateMessages()
  const { start } = useEvalActions()
  return (
    <FormModal
      title={evals.start}
      submit={evals.start}
      onClose={onClose}
      onSubmit={async (form) => {
        await start(setId, profileOf(form))
        onClose()
      }}
    >
      <TextField
        label={evals.label}
        hint={evals.labelHint}
        name="label"
        maxLength={100}
        autoComplete="off"
        autoFocus
      />
      <SelectField
        label={evals.arm}
        name="arm"
        options={ARMS.map((value) => ({ value, name: evals.arms[value] }))}
      />
      <SelectField
        label={evals.strategy}
        name="strategy"
        options={[
          { value: '', name: evals.asFlags },
          ...STRATEGIES.map((value) => ({ value, name: evals.strategies[value] })),
        ]}
      />
      <CheckField label={evals.answers} hint={evals.answersHint} name="answers" />
    </FormModal>
  )
}

function profileOf(form: FormData): Partial<NewEvalRun> {
  const strategy = STRATEGIES.find((each) => each === textOf(form, 'strategy'))
  return {
    label: textOf(form, 'label').trim(),
    arm: textOf(form, 'arm') === 'words' ? 'words' : 'fused',
    ...(strategy && { strategy }),
    answers: form.has('answers'),
  }
}
