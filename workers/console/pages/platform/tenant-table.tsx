/** All tenants of the deployment: ids, counts, and the plan each has. */
import { useState } from 'react'
import type { TenantCounts } from '../../../identity/tenant-schemas.ts'
import { useTenantCounts } from '../../lib/platform-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { usePlatformMessages } from '../../messages/platform.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { SetPlan } from './set-plan.tsx'

export function TenantTable() {
  const { common } = useMessages()
  const platform = usePlatformMessages()
  const { title, hint, columns } = platform.tenants
  const query = useTenantCounts()
  const [chosen, setChosen] = useState<string | null>(null)
  const number = `w-28 text-right ${wide}`
  return (
    <section aria-labelledby="tenants" className="border-t border-line pt-6">
      <h2 id="tenants" className="font-semibold">
        {title}
      </h2>
      <p className="mb-2 text-sm text-muted">{hint}</p>
      <Loaded query={query} rows={3}>
        {({ pages }) => (
          <DataTable
            label={title}
            columns={[
              { key: 'id', title: columns.id },
              { key: 'members', title: columns.members, className: number },
              { key: 'documents', title: columns.documents, className: number },
              { key: 'flags', title: columns.flags, className: number },
              { key: 'actions', title: common.actions, className: 'w-24', isSilent: true },
            ]}
          >
            {pages
              .flatMap(({ items }) => items)
              .map((tenant) => (
                <TenantRow key={tenant.id} tenant={tenant} onPlan={() => setChosen(tenant.id)} />
              ))}
          </DataTable>
        )}
      </Loaded>
      <LoadMore query={query} />
      {chosen !== null && <SetPlan tenantId={chosen} onClose={() => setChosen(null)} />}
    </section>
  )
}

interface TenantRowProps {
  tenant: TenantCounts
  onPlan: () => void
}

function TenantRow({ tenant, onPlan }: TenantRowProps) {
  const { common } = useMessages()
  const platform = usePlatformMessages()
  const { id, members, documents, flags } = tenant
  const number = `${cell} text-right ${wide}`
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="flex items-center gap-1">
          <code className="min-w-0 truncate font-mono text-sm">{id}</code>
          <CopyButton text={id} label={`${common.copy}: ${id}`} />
        </span>
      </td>
      <td className={number}>{members}</td>
      <td className={number}>{documents}</td>
      <td className={number}>{flags}</td>
      <td className={`${cell} text-right`}>
        <Button onClick={onPlan} aria-label={platform.plans.openOf(id)}>
          {platform.plans.open}
        </Button>
      </td>
    </tr>
  )
}
