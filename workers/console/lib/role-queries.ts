/** Roles, and which of them somebody may hand out. */
import { useQuery } from '@tanstack/react-query'
import type { NewRole, Role, RoleUpdate } from '../../identity/tenant-schemas.ts'
import { useSession } from './hooks.ts'
import { useServices } from './services.tsx'

const ROLES = ['roles'] as const

export function useRoles() {
  const { client } = useServices()
  return useQuery({ queryKey: ROLES, queryFn: () => client.roles.list() })
}

/** Whether somebody who holds `held` may give the role to others, or take it away. */
export const isGrantable = (role: Pick<Role, 'permissions'>, held: readonly string[]): boolean =>
  role.permissions.every((permission) => held.includes(permission))

/** Roles the reader may give; none before they are known. */
export function useGrantableRoles(): readonly Role[] {
  const { data } = useRoles()
  const held = useSession()?.permissions ?? []
  return (data?.items ?? []).filter((role) => isGrantable(role, held))
}

export function useRoleActions() {
  const { client, queries } = useServices()
  const refresh = () => queries.invalidateQueries({ queryKey: ROLES })
  return {
    create: async (role: NewRole) => {
      await client.roles.create(role)
      await refresh()
    },
    update: async (name: string, change: RoleUpdate) => {
      await client.roles.update(name, change)
      await refresh()
    },
    remove: async (name: string) => {
      await client.roles.remove(name)
      await refresh()
    },
  }
}
