/** Roles: what each may do as a matrix, and the tenant's own to make, change and delete. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { RoleList } from '../../../identity/tenant-schemas.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useRoles } from '../../lib/role-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { OwnRoles } from './own-roles.tsx'
import { RoleForm } from './role-form.tsx'
import { RoleMatrix } from './role-matrix.tsx'

export function RolesPage() {
  const { roles } = useMessages()
  const query = useRoles()
  const mayManage = usePermission('role.manage')
  const navigate = useNavigate({ from: '/roles' })
  const action = mayManage && (
    <Button look="primary" onClick={() => void navigate({ search: { create: true } })}>
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{roles.create}</span>
    </Button>
  )
  return (
    <Page title={roles.title} subtitle={roles.subtitle} action={action}>
      <Loaded query={query} rows={12}>
        {(list) => (
          <>
            <RoleMatrix list={list} />
            <OwnRoles list={list} />
            {mayManage && <OpenForm list={list} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** The form the address asks for: of a new role, or of one there is. */
function OpenForm({ list }: { list: RoleList }) {
  const { create, edit } = useSearch({ from: '/shell/roles' })
  const navigate = useNavigate({ from: '/roles' })
  const close = () => void navigate({ search: {}, replace: true })
  const role = list.items.find(({ name, isBuiltIn }) => name === edit && !isBuiltIn)
  if (!create && !role) return null
  return <RoleForm key={role?.name} list={list} role={role} onClose={close} />
}
