/** Teams: made, renamed, deleted; a team's members are a question over the list, at its own address. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Plus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import type { Team } from '../../../teams/schemas.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useTeamActions, useTeams } from '../../lib/team-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { NameTeam } from './name-team.tsx'
import { TeamMembers } from './team-members.tsx'
import { TeamRow } from './team-row.tsx'

export function TeamsPage() {
  const { teams } = useMessages()
  const { create, team } = useSearch({ from: '/shell/teams' })
  const navigate = useNavigate({ from: '/teams' })
  const mayManage = usePermission('member.manage')
  const query = useTeams()
  const actions = useTeamActions()
  const close = () => void navigate({ search: {}, replace: true })
  const action = mayManage && (
    <Button look="primary" onClick={() => void navigate({ search: { create: true } })}>
      <Plus size={16} aria-hidden />
      <span className="max-sm:sr-only">{teams.create}</span>
    </Button>
  )
  return (
    <Page title={teams.title} subtitle={teams.subtitle} action={action}>
      <Loaded query={query} rows={4}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          return shown.length === 0 ? (
            <Empty
              icon={<UsersRound size={32} />}
              title={teams.emptyTitle}
              hint={teams.emptyHint}
            />
          ) : (
            <TeamTable shown={shown} />
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {create && mayManage && (
        <NameTeam
          title={teams.createTitle}
          onClose={close}
          onName={async (name) => {
            const { id } = await actions.create(name)
            // Whoever makes a team wants somebody in it.
            await navigate({ search: { team: id }, replace: true })
          }}
        />
      )}
      {team && <TeamMembers id={team} onClose={close} />}
    </Page>
  )
}

function TeamTable({ shown }: { shown: readonly Team[] }) {
  const { teams, common } = useMessages()
  const { rename, remove } = useTeamActions()
  const [renamed, setRenamed] = useState<Team | null>(null)
  const [condemned, setCondemned] = useState<Team | null>(null)
  return (
    <>
      <DataTable
        label={teams.table}
        columns={[
          { key: 'team', title: teams.columns.team },
          { key: 'members', title: teams.columns.members, className: 'w-28 text-right' },
          { key: 'made', title: teams.columns.made, className: `w-36 text-right ${wide}` },
          { key: 'actions', title: common.actions, className: 'w-20', isSilent: true },
        ]}
      >
        {shown.map((team) => (
          <TeamRow
            key={team.id}
            team={team}
            onRename={() => setRenamed(team)}
            onDelete={() => setCondemned(team)}
          />
        ))}
      </DataTable>
      {renamed && (
        <NameTeam
          title={teams.renameOf(renamed.name)}
          name={renamed.name}
          onClose={() => setRenamed(null)}
          onName={async (name) => {
            await rename(renamed.id, name)
            setRenamed(null)
          }}
        />
      )}
      {condemned && (
        <ConfirmDelete
          title={teams.deleteTitle}
          hint={teams.deleteHint}
          name={condemned.name}
          label={teams.typeName(condemned.name)}
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
