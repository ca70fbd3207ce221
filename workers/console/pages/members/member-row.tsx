/** One member: who they are, their role, and their going. What one may not change is not offered. */
import { UserMinus } from 'lucide-react'
import type { Member, Role } from '../../../identity/tenant-schemas.ts'
import { usePermission, useSession } from '../../lib/hooks.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useGrantableRoles } from '../../lib/role-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { cell, wide } from '../../ui/data-table.tsx'
import { When } from '../../ui/when.tsx'

interface MemberRowProps {
  member: Member
  onRole: (role: string) => void
  onRemove: () => void
}

export function MemberRow({ member, onRole, onRemove }: MemberRowProps) {
  const messages = useMessages()
  const { members } = messages
  const mayManage = usePermission('member.manage')
  const isSelf = useSession()?.user.id === member.id
  const roles = useGrantableRoles()
  const { name, email, role, joinedAt } = member
  const mayChange = mayManage && !isSelf && roles.some((known) => known.name === role)
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="flex items-baseline gap-2">
          <span className="truncate font-medium">{name || email}</span>
          {isSelf && <span className="shrink-0 text-xs text-muted">{members.you}</span>}
        </span>
        <span className="block truncate text-sm text-muted">{email}</span>
      </td>
      <td className={cell}>
        {mayChange ? (
          <RoleSelect label={members.roleOf(name)} role={role} roles={roles} onRole={onRole} />
        ) : (
          <span className="block truncate px-2">{roleNameOf(role, messages)}</span>
        )}
      </td>
      <td className={`${cell} text-right text-muted ${wide}`}>
        <When iso={joinedAt} />
      </td>
      <td className={`${cell} px-1! text-right`}>
        {mayChange && (
          <IconButton label={members.removeOf(name)} onClick={onRemove}>
            <UserMinus size={16} />
          </IconButton>
        )}
      </td>
    </tr>
  )
}

interface RoleSelectProps {
  label: string
  role: string
  roles: readonly Role[]
  onRole: (role: string) => void
}

function RoleSelect({ label, role, roles, onRole }: RoleSelectProps) {
  const messages = useMessages()
  return (
    <select
      aria-label={label}
      value={role}
      onChange={(event) => onRole(event.target.value)}
      className="h-8 w-full rounded-sm border border-control/60 bg-surface px-1.5"
    >
      {roles.map(({ name }) => (
        <option key={name} value={name}>
          {roleNameOf(name, messages)}
        </option>
      ))}
    </select>
  )
}
