/** API keys: made, rotated, revoked. A key itself is shown once, by the question that made it. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import type { ApiKey } from '../../../identity/api-key-schemas.ts'
import { useKeyActions, useKeys } from '../../lib/key-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { CreateKey } from './create-key.tsx'
import { KeyRow } from './key-row.tsx'
import { RotateKey } from './rotate-key.tsx'

export function KeysPage() {
  const { keys } = useMessages()
  const { create } = useSearch({ from: '/shell/keys' })
  const navigate = useNavigate({ from: '/keys' })
  const query = useKeys()
  const setCreating = (isOpen: boolean) =>
    void navigate({ search: isOpen ? { create: true } : {}, replace: true })
  const open = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{keys.create}</span>
    </Button>
  )
  return (
    <Page title={keys.title} subtitle={keys.subtitle} action={open}>
      <Loaded query={query} rows={4}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          return shown.length === 0 ? (
            <Empty icon={<KeyRound size={32} />} title={keys.emptyTitle} hint={keys.emptyHint} />
          ) : (
            <KeyTable shown={shown} />
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {create && (
        <CreateKey
          grantable={query.data?.pages[0]?.scopes ?? []}
          onClose={() => setCreating(false)}
        />
      )}
    </Page>
  )
}

function KeyTable({ shown }: { shown: readonly ApiKey[] }) {
  const { keys, common } = useMessages()
  const { columns } = keys
  const { revoke } = useKeyActions()
  const [turning, setTurning] = useState<ApiKey | null>(null)
  const [condemned, setCondemned] = useState<ApiKey | null>(null)
  return (
    <>
      <DataTable
        label={keys.table}
        columns={[
          { key: 'key', title: columns.key },
          { key: 'state', title: columns.state, className: 'w-28' },
          { key: 'scopes', title: columns.scopes, className: `w-44 ${wide}` },
          { key: 'used', title: columns.used, className: `w-28 ${wide}` },
          { key: 'expires', title: columns.expires, className: `w-34 ${wide}` },
          { key: 'actions', title: common.actions, className: 'w-20', isSilent: true },
        ]}
      >
        {shown.map((key) => (
          <KeyRow
            key={key.id}
            apiKey={key}
            onRotate={() => setTurning(key)}
            onRevoke={() => setCondemned(key)}
          />
        ))}
      </DataTable>
      {turning && <RotateKey apiKey={turning} onClose={() => setTurning(null)} />}
      {condemned && (
        <ConfirmDelete
          title={keys.revokeTitle}
          hint={keys.revokeHint}
          name={condemned.name}
          label={keys.typeName(condemned.name)}
          action={keys.revoke}
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
