/** The organizations one is in: switched between, made, left. */
import { useState } from 'react'
import type { Session } from '../../../identity/schemas.ts'
import type { TenantSummary } from '../../../identity/tenant-schemas.ts'
import { useTenants } from '../../lib/account-queries.ts'
import { changeTenant } from '../../lib/change-tenant.ts'
import { useSession } from '../../lib/hooks.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useServices } from '../../lib/services.tsx'
import { textOf } from '../../lib/submit.ts'
import { useAccountMessages } from '../../messages/account.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function TenantsSection() {
  const { tenants } = useAccountMessages()
  const session = useSession()
  const query = useTenants()
  const [isCreating, setCreating] = useState(false)
  return (
    <Section title={tenants.title} hint={tenants.hint}>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <ul className="divide-y divide-line rounded-md border border-line bg-surface">
            {items.map((tenant) => (
              <TenantRow
                key={tenant.id}
                tenant={tenant}
                isCurrent={tenant.id === session?.tenant?.id}
              />
            ))}
          </ul>
        )}
      </Loaded>
      <Button onClick={() => setCreating(true)}>{tenants.create}</Button>
      {isCreating && <CreateTenant onClose={() => setCreating(false)} />}
    </Section>
  )
}

interface TenantRowProps {
  tenant: TenantSummary
  isCurrent: boolean
}

function TenantRow({ tenant: { id, name, role }, isCurrent }: TenantRowProps) {
  const messages = useMessages()
  const { tenants } = useAccountMessages()
  const services = useServices()
  const { succeed, fail } = useToasts()
  const [isLeaving, setLeaving] = useState(false)
  const enter = async () => {
    await changeTenant(services, await services.client.tenants.switchTo(id))
    succeed(tenants.switched(name))
  }
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        <span className="block text-sm text-muted">{roleNameOf(role, messages)}</span>
      </span>
      {isCurrent ? (
        <>
          <Status tone="good">{tenants.current}</Status>
          <Button onClick={() => setLeaving(true)} aria-label={tenants.leaveOf(name)}>
            {tenants.leave}
          </Button>
        </>
      ) : (
        <Button
          aria-label={tenants.switchTo(name)}
          onClick={() => void enter().catch((error) => fail(tenants.failed, error))}
        >
          {tenants.switch}
        </Button>
      )}
      {isLeaving && <LeaveTenant name={name} onClose={() => setLeaving(false)} />}
    </li>
  )
}

function LeaveTenant({ name, onClose }: { name: string; onClose: () => void }) {
  const { tenants } = useAccountMessages()
  const services = useServices()
  const { succeed } = useToasts()
  const leave = async () => {
    await services.client.tenants.leave()
    await changeTenant(services, null)
    onClose()
    succeed(tenants.left(name))
  }
  return (
    <ConfirmDelete
      title={tenants.leaveTitle}
      hint={tenants.leaveHint}
      name={name}
      label={tenants.typeName(name)}
      action={tenants.leave}
      onClose={onClose}
      onConfirm={leave}
    />
  )
}

function CreateTenant({ onClose }: { onClose: () => void }) {
  const myAccount = useAccountMessages()
  const { common } = useMessages()
  const { tenants } = myAccount
  const services = useServices()
  const { succeed } = useToasts()
  const submit = async (form: FormData) => {
    const made = await services.client.tenants.create(textOf(form, 'name').trim())
    const session: Session = await services.client.tenants.switchTo(made.id)
    onClose()
    succeed(tenants.switched(made.name))
    await changeTenant(services, session)
  }
  return (
    <FormModal
      title={tenants.create}
      hint={tenants.createHint}
      submit={common.create}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={tenants.name}
        name="name"
        maxLength={200}
        required
        autoFocus
        autoComplete="organization"
      />
    </FormModal>
  )
}
