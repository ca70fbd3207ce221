/** Applications of others (OAuth clients): registered, given new secrets, removed. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { AppWindow, Plus, PowerOff } from 'lucide-react'
import { useState } from 'react'
import type { OAuthClient } from '../../../identity/oauth-client-schemas.ts'
import { isOff, useApplicationActions, useApplications } from '../../lib/application-queries.ts'
import { useApplicationMessages } from '../../messages/applications.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { ApplicationRow } from './application-row.tsx'
import { RegisterApplication } from './register-application.tsx'
import { RotateSecret } from './rotate-secret.tsx'

export function ApplicationsPage() {
  const applications = useApplicationMessages()
  const { create } = useSearch({ from: '/shell/applications' })
  const navigate = useNavigate({ from: '/applications' })
  const query = useApplications()
  const setCreating = (isOpen: boolean) =>
    void navigate({ search: isOpen ? { create: true } : {}, replace: true })
  const open = query.isSuccess && (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{applications.create}</span>
    </Button>
  )
  return (
    <Page title={applications.title} subtitle={applications.subtitle} action={open}>
      {isOff(query.error) ? (
        <Empty
          icon={<PowerOff size={32} />}
          title={applications.offTitle}
          hint={applications.offHint}
        />
      ) : (
        <Loaded query={query} rows={4}>
          {({ pages }) => {
            const shown = pages.flatMap(({ items }) => items)
            return shown.length === 0 ? <None /> : <ApplicationTable shown={shown} />
          }}
        </Loaded>
      )}
      <LoadMore query={query} />
      {create && query.isSuccess && (
        <RegisterApplication
          grantable={query.data.pages[0]?.scopes ?? []}
          onClose={() => setCreating(false)}
        />
      )}
    </Page>
  )
}

function None() {
  const { emptyTitle, emptyHint } = useApplicationMessages()
  return (
    <Empty icon={<AppWindow size={32} />} title={emptyTitle} hint={emptyHint}>
      <code className="font-mono text-sm break-all text-muted">
        {window.location.origin}/.well-known/openid-configuration
      </code>
    </Empty>
  )
}

function ApplicationTable({ shown }: { shown: readonly OAuthClient[] }) {
  const applications = useApplicationMessages()
  const { common } = useMessages()
  const { columns } = applications
  const { revoke } = useApplicationActions()
  const [turning, setTurning] = useState<OAuthClient | null>(null)
  const [condemned, setCondemned] = useState<OAuthClient | null>(null)
  return (
    <>
      <DataTable
        label={applications.table}
        columns={[
          { key: 'application', title: columns.application },
          { key: 'state', title: columns.state, className: 'w-28' },
          { key: 'scopes', title: columns.scopes, className: `w-56 ${wide}` },
          { key: 'registered', title: columns.registered, className: `w-32 ${wide}` },
          { key: 'actions', title: common.actions, className: 'w-20', isSilent: true },
        ]}
      >
        {shown.map((application) => (
          <ApplicationRow
            key={application.id}
            application={application}
            onRotate={() => setTurning(application)}
            onRemove={() => setCondemned(application)}
          />
        ))}
      </DataTable>
      {turning && <RotateSecret application={turning} onClose={() => setTurning(null)} />}
      {condemned && (
        <ConfirmDelete
          title={applications.removeTitle}
          hint={applications.removeHint}
          name={condemned.name}
          label={applications.typeName(condemned.name)}
          action={applications.remove}
          onClose={() => setCondemned(null)}
          onConfirm={async () => {
            await revoke(condemned)
            setCondemned(null)
          }}
        />
      )}
    </>
  )
}
