/** Permissions down, roles across. Wider than a phone, so it scrolls in its own frame. */
import { Check } from 'lucide-react'
import type { RoleList } from '../../../identity/tenant-schemas.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useMessages } from '../../messages/locale.tsx'
import { useMeaning } from '../../ui/permission-list.tsx'

export function RoleMatrix({ list: { items, permissions } }: { list: RoleList }) {
  const messages = useMessages()
  const { roles } = messages
  const meaningOf = useMeaning()
  return (
    <div
      role="region"
      aria-label={roles.table}
      tabIndex={0}
      className="relative overflow-x-auto rounded-md border border-line bg-surface"
    >
      <table aria-label={roles.table} className="w-full border-collapse">
        <thead className="border-b border-line">
          <tr>
            <th
              scope="col"
              className="sticky left-0 min-w-36 sm:min-w-44 bg-surface px-3 py-2 text-left text-xs font-medium text-muted"
            >
              {roles.permission}
            </th>
            {items.map((role) => (
              <th
                key={role.name}
                scope="col"
                className="min-w-24 px-2 py-2 text-center text-sm font-medium"
                title={role.description || undefined}
              >
                {roleNameOf(role.name, messages)}
                <span className="block text-xs font-normal whitespace-nowrap text-muted">
                  {roles.members(role.members)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {permissions.map((permission) => (
            <tr key={permission} className="hover:bg-raised/50">
              <th
                scope="row"
                className="sticky left-0 bg-surface px-3 py-1.5 text-left font-normal"
              >
                {meaningOf(permission)}
                <code className="block font-mono text-xs text-muted">{permission}</code>
              </th>
              {items.map(({ name, permissions: held }) => (
                <td key={name} className="px-2 text-center">
                  <Mark isHeld={held.includes(permission)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Mark({ isHeld }: { isHeld: boolean }) {
  const { roles } = useMessages()
  return isHeld ? (
    <>
      <Check size={16} aria-hidden className="inline text-good" />
      <span className="sr-only">{roles.yes}</span>
    </>
  ) : (
    <>
      <span aria-hidden className="text-control">
        –
      </span>
      <span className="sr-only">{roles.no}</span>
    </>
  )
}
