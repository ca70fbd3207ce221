/** The roles the tenant made itself. One that holds more than the reader says so and stays. */
import { useNavigate } from '@tanstack/react-router'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Role, RoleList } from '../../../identity/tenant-schemas.ts'
import { usePermission, useSession } from '../../lib/hooks.ts'
import { isGrantable, useRoleActions } from '../../lib/role-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function OwnRoles({ list }: { list: RoleList }) {
  const { roles } = useMessages()
  const { remove } = useRoleActions()
  const { succeed } = useToasts()
  const [condemned, setCondemned] = useState<string | null>(null)
  const own = list.items.filter(({ isBuiltIn }) => !isBuiltIn)
  return (
    <section className="mt-8" aria-labelledby="own-roles">
      <h2 id="own-roles" className="font-semibold">
        {roles.own}
      </h2>
      <p className="mb-2 text-sm text-muted">{roles.ownHint}</p>
      {own.length === 0 ? (
        <p className="text-muted">{roles.none}</p>
      ) : (
        <ul className="divide-y divide-line rounded-md border border-line bg-surface">
          {own.map((role) => (
            <OwnRole key={role.name} role={role} onDelete={() => setCondemned(role.name)} />
          ))}
        </ul>
      )}
      {condemned && (
        <ConfirmDelete
          title={roles.deleteTitle}
          hint={roles.deleteHint}
          name={condemned}
          label={roles.typeName(condemned)}
          onClose={() => setCondemned(null)}
          onConfirm={async () => {
            await remove(condemned)
            succeed(roles.deleted(condemned))
            setCondemned(null)
          }}
        />
      )}
    </section>
  )
}

function OwnRole({ role, onDelete }: { role: Role; onDelete: () => void }) {
  const { roles } = useMessages()
  const navigate = useNavigate({ from: '/roles' })
  const mayManage = usePermission('role.manage')
  const mayGrant = isGrantable(role, useSession()?.permissions ?? [])
  const { name, description, members } = role
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block text-sm break-words text-muted">
          {[description, roles.members(members)].filter(Boolean).join(' · ')}
        </span>
        {mayManage && !mayGrant && <span className="text-sm text-warn">{roles.tooStrong}</span>}
      </span>
      {mayManage && mayGrant && (
        <span className="whitespace-nowrap">
          <IconButton
            label={roles.editOf(name)}
            onClick={() => void navigate({ search: { edit: name } })}
          >
            <Pencil size={16} />
          </IconButton>
          <IconButton label={roles.deleteOf(name)} onClick={onDelete}>
            <Trash2 size={16} />
          </IconButton>
        </span>
      )}
    </li>
  )
}
