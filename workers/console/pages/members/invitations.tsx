/** Invitations that wait for an answer: sent again, withdrawn. */
import { MailX, Send } from 'lucide-react'
import { useState } from 'react'
import type { Invitation } from '../../../identity/tenant-schemas.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useInvitationActions, useInvitations } from '../../lib/member-queries.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useMessages } from '../../messages/locale.tsx'
import { IconButton } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Status } from '../../ui/status.tsx'
import { When } from '../../ui/when.tsx'
import { InvitationLink } from './invitation-link.tsx'

export function Invitations() {
  const { members, common } = useMessages()
  const { title, empty, table, columns } = members.invitations
  const query = useInvitations()
  const [link, setLink] = useState<string | null>(null)
  return (
    <section className="mt-8" aria-labelledby="invitations">
      <h2 id="invitations" className="mb-2 font-semibold">
        {title}
      </h2>
      <Loaded query={query} rows={2}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          if (shown.length === 0) return <p className="text-muted">{empty}</p>
          return (
            <DataTable
              label={table}
              columns={[
                { key: 'email', title: columns.email },
                { key: 'role', title: columns.role, className: `w-36 ${wide}` },
                { key: 'state', title: columns.state, className: 'w-30' },
                {
                  key: 'expires',
                  title: columns.expires,
                  className: `w-32 text-right ${wide}`,
                },
                { key: 'actions', title: common.actions, className: 'w-20', isSilent: true },
              ]}
            >
              {shown.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} onLink={setLink} />
              ))}
            </DataTable>
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {link !== null && <InvitationLink link={link} onClose={() => setLink(null)} />}
    </section>
  )
}

interface InvitationRowProps {
  invitation: Invitation
  onLink: (link: string | null) => void
}

function InvitationRow({ invitation, onLink }: InvitationRowProps) {
  const messages = useMessages()
  const { invitations } = messages.members
  const mayManage = usePermission('member.manage')
  const { resend, withdraw } = useInvitationActions()
  const { id, email, role, status, expiresAt } = invitation
  const isOpen = status === 'pending'
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <span className="block truncate">{email}</span>
        <span className="block truncate text-sm text-muted md:hidden">
          {roleNameOf(role, messages)}
        </span>
      </td>
      <td className={`${cell} ${wide}`}>{roleNameOf(role, messages)}</td>
      <td className={cell}>
        <Status tone={isOpen ? 'busy' : 'warn'}>
          {isOpen ? invitations.pending : invitations.expired}
        </Status>
      </td>
      <td className={`${cell} text-right text-muted ${wide}`}>
        <When iso={expiresAt} />
      </td>
      <td className={`${cell} px-1! text-right whitespace-nowrap`}>
        {mayManage && (
          <>
            <IconButton
              label={invitations.resendOf(email)}
              onClick={() => void resend(id).then(onLink)}
            >
              <Send size={16} />
            </IconButton>
            <IconButton
              label={invitations.withdrawOf(email)}
              onClick={() => void withdraw(id, email)}
            >
              <MailX size={16} />
            </IconButton>
          </>
        )}
      </td>
    </tr>
  )
}
