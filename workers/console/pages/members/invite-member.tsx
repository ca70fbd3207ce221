/** Invites an address; afterwards the link is shown, once. */
import { useState } from 'react'
import { useInvitationActions } from '../../lib/member-queries.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useGrantableRoles } from '../../lib/role-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { InvitationLink } from './invitation-link.tsx'

export function InviteMember({ onClose }: { onClose: () => void }) {
  const messages = useMessages()
  const { invitations } = messages.members
  const { send } = useInvitationActions()
  const roles = useGrantableRoles()
  const [link, setLink] = useState<string | null>(null)
  if (link !== null) return <InvitationLink link={link} onClose={onClose} />
  const submit = async (form: FormData) => {
    setLink(await send({ email: textOf(form, 'email').trim(), role: textOf(form, 'role') }))
  }
  return (
    <FormModal
      title={invitations.inviteTitle}
      hint={invitations.inviteHint}
      submit={invitations.send}
      isReady={roles.length > 0}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={invitations.email}
        name="email"
        type="email"
        maxLength={254}
        autoComplete="off"
        required
        autoFocus
      />
      <SelectField
        // Its default counts once the roles are known.
        key={roles.length}
        label={invitations.role}
        hint={invitations.roleHint}
        name="role"
        defaultValue="user"
        options={roles.map(({ name }) => ({ value: name, name: roleNameOf(name, messages) }))}
      />
    </FormModal>
  )
}
