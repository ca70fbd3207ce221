/** Makes a role or changes one: from what its maker holds, with the reason beside what they do not. */
import { useState } from 'react'
import type { Role, RoleList } from '../../../identity/tenant-schemas.ts'
import { useSession } from '../../lib/hooks.ts'
import { useRoleActions } from '../../lib/role-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { PermissionList } from '../../ui/permission-list.tsx'
import { useToasts } from '../../ui/toasts.tsx'

interface RoleFormProps {
  list: RoleList
  /** The role to change; a new one without it. */
  role: Role | undefined
  onClose: () => void
}

export function RoleForm({ list, role, onClose }: RoleFormProps) {
  const { roles, common } = useMessages()
  const { create, update } = useRoleActions()
  const { succeed } = useToasts()
  const held = useSession()?.permissions ?? []
  const [chosen, setChosen] = useState<readonly string[]>(role?.permissions ?? [])
  const lacking = list.permissions.filter((permission) => !held.includes(permission))
  const submit = async (form: FormData) => {
    const permissions = list.permissions.filter((permission) => chosen.includes(permission))
    const description = textOf(form, 'description').trim()
    const name = role?.name ?? textOf(form, 'name').trim()
    if (role) await update(name, { description, permissions })
    else await create({ name, description, permissions })
    succeed(roles.saved(name))
    onClose()
  }
  return (
    <FormModal
      title={role ? roles.editTitle(role.name) : roles.createTitle}
      submit={role ? roles.save : common.create}
      isWide
      onClose={onClose}
      onSubmit={submit}
    >
      {!role && (
        <TextField
          label={roles.name}
          hint={roles.nameHint}
          name="name"
          pattern="[a-z][a-z0-9\-]{1,49}"
          title={roles.nameHint}
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus
        />
      )}
      <TextField
        label={roles.description}
        name="description"
        maxLength={300}
        defaultValue={role?.description ?? ''}
        autoComplete="off"
      />
      <PermissionList
        legend={roles.grants}
        names={list.permissions}
        chosen={chosen}
        onChoose={setChosen}
        refusals={new Map(lacking.map((permission) => [permission, roles.notHeld]))}
      />
    </FormModal>
  )
}
