/** Members of the tenant, and the invitations that wait for an answer. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import type { Member } from '../../../identity/tenant-schemas.ts'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { useMemberActions, useMembers } from '../../lib/member-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { DataTable, Filter, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { Invitations } from './invitations.tsx'
import { InviteMember } from './invite-member.tsx'
import { MemberRow } from './member-row.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 200

export function MembersPage() {
  const { members } = useMessages()
  const mayManage = usePermission('member.manage')
  const { q = '', invite } = useSearch({ from: '/shell/members' })
  const navigate = useNavigate({ from: '/members' })
  const setInviting = (isOpen: boolean) =>
    void navigate({
      search: ({ invite: _invite, ...rest }) => (isOpen ? { ...rest, invite: true } : rest),
      replace: true,
    })
  const narrow = (value: string) =>
    void navigate({
      search: ({ q: _q, ...rest }) => (value === '' ? rest : { ...rest, q: value }),
      replace: true,
    })
  const action = mayManage && (
    <Button look="primary" onClick={() => setInviting(true)}>
      <UserPlus size={16} aria-hidden />
      <span className="max-sm:sr-only">{members.invite}</span>
    </Button>
  )
  return (
    <Page title={members.title} subtitle={members.subtitle} action={action}>
      <div className="mb-3 flex">
        <Filter label={members.filter} value={q} onChange={narrow} />
      </div>
      <MemberList q={useDebounced(q, TYPING_MS)} />
      <Invitations />
      {invite && mayManage && <InviteMember onClose={() => setInviting(false)} />}
    </Page>
  )
}

function MemberList({ q }: { q: string }) {
  const { members, common } = useMessages()
  const query = useMembers(q)
  const { setRole, remove } = useMemberActions()
  const [condemned, setCondemned] = useState<Member | null>(null)
  return (
    <>
      <Loaded query={query} rows={5}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0)
            return <Empty icon={<Users size={32} />} title={members.noMatch} />
          return (
            <DataTable
              label={members.table}
              columns={[
                { key: 'person', title: members.columns.person },
                { key: 'role', title: members.columns.role, className: 'w-36 sm:w-44' },
                {
                  key: 'joined',
                  title: members.columns.joined,
                  className: `w-32 text-right ${wide}`,
                },
                { key: 'actions', title: common.actions, className: 'w-12', isSilent: true },
              ]}
            >
              {shown.map((member) => (
                <MemberRow
                  key={member.id}
                  member={member}
                  onRole={(role) => void setRole(member, role)}
                  onRemove={() => setCondemned(member)}
                />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {condemned && (
        <ConfirmDelete
          title={members.removeTitle}
          hint={members.removeHint}
          name={condemned.email}
          label={members.typeEmail(condemned.email)}
          action={members.remove}
          onClose={() => setCondemned(null)}
          onConfirm={async () => {
            await remove(condemned)
            setCondemned(null)
          }}
        />
      )}
    </>
  )
}
