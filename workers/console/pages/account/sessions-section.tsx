/** Where one is signed in: ended one by one, all others at once, or everywhere. */
import { useState } from 'react'
import type { SessionList } from '../../../identity/schemas.ts'
import { useOpenSessions, useRefreshAccount } from '../../lib/account-queries.ts'
import { useServices } from '../../lib/services.tsx'
import { useAccountMessages } from '../../messages/account.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Section } from '../../ui/section.tsx'
import { Status } from '../../ui/status.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { When } from '../../ui/when.tsx'

type OpenSession = SessionList['items'][number]

export function SessionsSection() {
  const { sessions } = useAccountMessages()
  const { client } = useServices()
  const { succeed, fail } = useToasts()
  const refresh = useRefreshAccount()
  const query = useOpenSessions()
  const [isLeaving, setLeaving] = useState(false)
  const endOthers = () =>
    void client.account.sessions
      .endOthers()
      .then((ended) => succeed(sessions.othersEnded(ended)))
      .catch((error: unknown) => fail(sessions.failed, error))
      .finally(() => void refresh.sessions())
  return (
    <Section title={sessions.title} hint={sessions.hint}>
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <>
            <SessionTable items={items} />
            <div className="flex flex-wrap gap-2">
              <Button onClick={endOthers} disabled={items.length < 2}>
                {sessions.endOthers}
              </Button>
              <Button onClick={() => setLeaving(true)}>{sessions.endAll}</Button>
            </div>
          </>
        )}
      </Loaded>
      {isLeaving && <EndAll onClose={() => setLeaving(false)} />}
    </Section>
  )
}

function SessionTable({ items }: { items: readonly OpenSession[] }) {
  const myAccount = useAccountMessages()
  const { common } = useMessages()
  const { table, columns } = myAccount.sessions
  return (
    <DataTable
      label={table}
      columns={[
        { key: 'device', title: columns.device },
        { key: 'used', title: columns.used, className: `w-28 ${wide}` },
        { key: 'opened', title: columns.opened, className: `w-28 ${wide}` },
        { key: 'actions', title: common.actions, className: 'w-36', isSilent: true },
      ]}
    >
      {items.map((item) => (
        <SessionRow key={item.id} item={item} />
      ))}
    </DataTable>
  )
}

function SessionRow({ item }: { item: OpenSession }) {
  const { sessions } = useAccountMessages()
  const { client } = useServices()
  const { succeed, fail } = useToasts()
  const refresh = useRefreshAccount()
  const device = item.device || sessions.unknownDevice
  const end = () =>
    void client.account.sessions
      .end(item.id)
      .then(() => succeed(sessions.ended))
      .catch((error: unknown) => fail(sessions.failed, error))
      .finally(() => void refresh.sessions())
  return (
    <tr>
      <td className={cell}>
        <span className="block truncate">{device}</span>
        <span className="block truncate text-sm text-muted">
          {item.network ?? sessions.unknownNetwork}
          <span className="md:hidden">
            {' · '}
            <When iso={item.lastUsedAt} />
          </span>
        </span>
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        <When iso={item.lastUsedAt} />
      </td>
      <td className={`${cell} text-muted ${wide}`}>
        <When iso={item.createdAt} />
      </td>
      <td className={`${cell} text-right`}>
        {item.isCurrent ? (
          <Status tone="good">{sessions.current}</Status>
        ) : (
          <Button onClick={end} aria-label={sessions.endOf(device)}>
            {sessions.end}
          </Button>
        )}
      </td>
    </tr>
  )
}

function EndAll({ onClose }: { onClose: () => void }) {
  const { sessions } = useAccountMessages()
  const { client, session } = useServices()
  const submit = async () => {
    await client.account.sessions.endAll()
    session.forget()
  }
  return (
    <FormModal
      title={sessions.endAll}
      hint={sessions.endAllHint}
      submit={sessions.endAll}
      look="danger"
      onClose={onClose}
      onSubmit={submit}
    />
  )
}
