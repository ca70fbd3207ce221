/** An account: whether it gets in, where it belongs, and what can be done about it. */
import { useState } from 'react'
import type { Account } from '../../../identity/platform-schemas.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useMessages } from '../../messages/locale.tsx'
import { usePlatformMessages } from '../../messages/platform.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Status } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'
import { ActAs } from './act-as.tsx'
import { BanState } from './ban-state.tsx'

export function AccountCard({ account }: { account: Account }) {
  const { accounts } = usePlatformMessages()
  const { id, name, email, createdAt, isPlatform } = account
  return (
    <div className="divide-y divide-line rounded-md border border-line bg-surface">
      <div className="px-3 py-2">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium break-words">{name || email}</span>
          {isPlatform && <Status tone="busy">{accounts.runsPlatform}</Status>}
        </p>
        <p className="text-sm break-words text-muted">
          {email} · {accounts.since} <When iso={createdAt} />
        </p>
        <p className="flex items-center gap-1 text-sm text-muted">
          <code className="min-w-0 truncate font-mono">{id}</code>
          <CopyButton text={id} label={accounts.copyId} />
        </p>
      </div>
      {isPlatform ? (
        <p className="px-3 py-2 text-muted">{accounts.untouchable}</p>
      ) : (
        <BanState account={account} />
      )}
      <Memberships account={account} />
    </div>
  )
}

function Memberships({ account }: { account: Account }) {
  const messages = useMessages()
  const { accounts, acting } = usePlatformMessages()
  const [tenantId, setTenantId] = useState<string | null>(null)
  const { tenants, isPlatform } = account
  return (
    <div className="px-3 py-2">
      <h3 className="text-sm font-medium">{accounts.organizations}</h3>
      {tenants.length === 0 && <p className="text-muted">{accounts.noOrganization}</p>}
      <ul className="divide-y divide-line">
        {tenants.map(({ id, role }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
            <span className="min-w-0 flex-1 basis-48">
              <code className="block truncate font-mono text-sm">{id}</code>
              <span className="block text-sm text-muted">{roleNameOf(role, messages)}</span>
            </span>
            {!isPlatform && (
              <Button aria-label={acting.actIn(id)} onClick={() => setTenantId(id)}>
                {acting.act}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {tenantId !== null && (
        <ActAs account={account} tenantId={tenantId} onClose={() => setTenantId(null)} />
      )}
    </div>
  )
}
