/** The question for a new flag. */
import { useFlagActions } from '../lib/flag-queries.ts'
import { textOf } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { CheckField, SelectField, TextField } from '../ui/field.tsx'
import { FormModal } from '../ui/form-modal.tsx'

const VALUES = ['true', 'false'].map((value) => ({ value, name: value }))

export function CreateFlag({ onClose }: { onClose: () => void }) {
  const { flags, common } = useMessages()
  const { create } = useFlagActions()
  const submit = async (form: FormData) => {
    await create({
      name: textOf(form, 'name').trim(),
      description: textOf(form, 'description').trim(),
      enabled: form.has('enabled'),
      defaultValue: textOf(form, 'value') === 'true',
    })
    onClose()
  }
  return (
    <FormModal title={flags.createTitle} submit={common.create} onClose={onClose} onSubmit={submit}>
      <TextField
        label={flags.name}
        name="name"
        hint={flags.nameHint}
        pattern="[a-z][a-z0-9._\-]{0,99}"
        title={flags.nameHint}
        required
        autoFocus
        autoComplete="off"
        spellCheck={false}
      />
      <TextField label={flags.description} name="description" maxLength={1000} autoComplete="off" />
      <SelectField label={flags.value} hint={flags.valueHint} name="value" options={VALUES} />
      <CheckField label={flags.startEnabled} name="enabled" />
    </FormModal>
  )
}
