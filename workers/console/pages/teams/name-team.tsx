/** What a team is called, when it is made and later. */
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'

interface NameTeamProps {
  title: string
  /** The name so far; left out for a new team. */
  name?: string
  onClose: () => void
  onName: (name: string) => Promise<void>
}

export function NameTeam({ title, name, onClose, onName }: NameTeamProps) {
  const { teams, common } = useMessages()
  return (
    <FormModal
      title={title}
      submit={name === undefined ? common.create : teams.rename}
      onClose={onClose}
      onSubmit={(form) => onName(textOf(form, 'name').trim())}
    >
      <TextField
        label={teams.name}
        hint={teams.nameHint}
        name="name"
        defaultValue={name}
        maxLength={100}
        autoComplete="off"
        required
        autoFocus
      />
    </FormModal>
  )
}
