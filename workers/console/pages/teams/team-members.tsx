/** Who is in a team, and who could be: added and taken out one by one, at once. */
import { useState } from 'react'
import type { TeamMember } from '../../../teams/schemas.ts'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { useMembers } from '../../lib/member-queries.ts'
import { useTeam, useTeamActions, useTeamMembers } from '../../lib/team-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Filter } from '../../ui/data-table.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Modal } from '../../ui/modal.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 200
/** So many candidates are shown; typing narrows them. */
const CANDIDATES = 6

interface TeamMembersProps {
  id: string
  onClose: () => void
}

export function TeamMembers({ id, onClose }: TeamMembersProps) {
  const { teams } = useMessages()
  const mayManage = usePermission('member.manage')
  const team = useTeam(id)
  const query = useTeamMembers(id)
  const { removeMember, addMember } = useTeamActions()
  const [error, setError] = useState<unknown>(null)
  const change = (work: Promise<void>) => {
    setError(null)
    void work.catch(setError)
  }
  const shown = query.data?.pages.flatMap(({ items }) => items)
  return (
    <Modal
      title={team.data ? teams.membersOf(team.data.name) : teams.title}
      isWide
      onClose={onClose}
    >
      <div className="space-y-5">
        {error !== null && <ErrorNote error={error} />}
        <section>
          <h3 className="mb-2 text-sm font-medium">{teams.members}</h3>
          <Loaded query={query} rows={2}>
            {() => (
              <PersonList
                people={shown ?? []}
                empty={teams.noMembers}
                action={teams.takeOut}
                actionOf={teams.takeOutOf}
                onAct={mayManage ? (person) => change(removeMember(id, person.id)) : undefined}
              />
            )}
          </Loaded>
          <LoadMore query={query} />
        </section>
        {mayManage && shown && (
          <Candidates
            taken={new Set(shown.map((person) => person.id))}
            onAdd={(person) => change(addMember(id, person.id))}
          />
        )}
      </div>
    </Modal>
  )
}

type Person = Pick<TeamMember, 'id' | 'name' | 'email'>

interface CandidatesProps {
  taken: ReadonlySet<string>
  onAdd: (person: Person) => void
}

/** Members of the organization who are not in the team. */
function Candidates({ taken, onAdd }: CandidatesProps) {
  const { teams } = useMessages()
  const [q, setQ] = useState('')
  const query = useMembers(useDebounced(q, TYPING_MS))
  return (
    <section>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium">{teams.others}</h3>
        <Filter label={teams.find} value={q} onChange={setQ} />
      </div>
      <Loaded query={query} rows={3}>
        {({ pages }) => (
          <PersonList
            people={pages
              .flatMap(({ items }) => items)
              .filter(({ id }) => !taken.has(id))
              .slice(0, CANDIDATES)}
            empty={teams.noOthers}
            action={teams.add}
            actionOf={teams.addOf}
            onAct={onAdd}
          />
        )}
      </Loaded>
    </section>
  )
}

interface PersonListProps {
  people: readonly Person[]
  empty: string
  action: string
  actionOf: (name: string) => string
  /** Left out for those who only look. */
  onAct: ((person: Person) => void) | undefined
}

function PersonList({ people, empty, action, actionOf, onAct }: PersonListProps) {
  if (people.length === 0) return <p className="text-muted">{empty}</p>
  return (
    <ul className="divide-y divide-line rounded-md border border-line">
      {people.map((person) => (
        <li key={person.id} className="flex items-center gap-4 px-3 py-1.5">
          <span className="min-w-0 flex-1">
            <span className="block truncate">{person.name || person.email}</span>
            <span className="block truncate text-sm text-muted">{person.email}</span>
          </span>
          {onAct && (
            <Button
              onClick={() => onAct(person)}
              aria-label={actionOf(person.name || person.email)}
            >
              {action}
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
