/** Who may read a document: everybody, or some roles, teams and members. */
import { useId, useState } from 'react'
import type { Labels } from '../../../knowledge/access-schemas.ts'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { useMembers } from '../../lib/member-queries.ts'
import { roleNameOf } from '../../lib/role-name.ts'
import { useRoles } from '../../lib/role-queries.ts'
import { useTeams } from '../../lib/team-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Filter } from '../../ui/data-table.tsx'
import { CheckField } from '../../ui/field.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 200
/** So many members are shown beside those chosen; typing narrows them. */
const CANDIDATES = 6

const NOBODY: Labels = { roles: [], groups: [], users: [] }

interface ReaderFieldsProps {
  /** Null: everybody who may ask. */
  labels: Labels | null
  onChange: (labels: Labels | null) => void
}

export function ReaderFields({ labels, onChange }: ReaderFieldsProps) {
  const { facts: words } = useLateMessages()
  const mayList = usePermission('member.read')
  const [before] = useState(labels ?? NOBODY)
  const name = useId()
  return (
    <>
      <label className="flex items-center gap-2">
        <input
          type="radio"
          name={name}
          checked={labels === null}
          onChange={() => onChange(null)}
          className="size-4 accent-accent"
        />
        {words.everybody}
      </label>
      <label className="flex items-center gap-2">
        <input
          type="radio"
          name={name}
          checked={labels !== null}
          onChange={() => onChange(labels ?? NOBODY)}
          className="size-4 accent-accent"
        />
        {words.some}
      </label>
      {labels !== null && (
        <div className="space-y-3 pl-6">
          {mayList ? (
            <KnownReaders labels={labels} before={before} onChange={onChange} />
          ) : (
            <GivenReaders labels={labels} before={before} onChange={onChange} />
          )}
        </div>
      )}
    </>
  )
}

interface ChosenProps {
  labels: Labels
  /** Chosen when the form was opened: these can be taken back whether their names are known or not. */
  before: Labels
  onChange: (labels: Labels) => void
}

type Kind = keyof Labels
interface Option {
  id: string
  name: string
}

const toggled = (labels: Labels, kind: Kind, id: string): Labels => {
  const has = labels[kind].includes(id)
  const names = has ? labels[kind].filter((each) => each !== id) : [...labels[kind], id]
  return { ...labels, [kind]: names.toSorted() }
}

/** What is or was chosen stays in the list, whether its name is known or not. */
const withChosen = (options: readonly Option[], chosen: readonly string[]): Option[] => [
  ...options,
  ...chosen
    .filter((id) => options.every((option) => option.id !== id))
    .map((id) => ({ id, name: id })),
]

function KnownReaders({ labels, before, onChange }: ChosenProps) {
  const messages = useMessages()
  const roles = useRoles().data?.items ?? []
  const teams = useTeams().data?.pages.flatMap(({ items }) => items) ?? []
  const named = roles.map(({ name }) => ({ id: name, name: roleNameOf(name, messages) }))
  return (
    <>
      <Choices kind="roles" options={named} labels={labels} before={before} onChange={onChange} />
      <Choices kind="groups" options={teams} labels={labels} before={before} onChange={onChange} />
      <People labels={labels} before={before} onChange={onChange} />
    </>
  )
}

/** For who may not see members: what others chose can only be taken away. */
function GivenReaders({ labels, before, onChange }: ChosenProps) {
  const { facts: words } = useLateMessages()
  return (
    <>
      <p className="text-sm text-muted">{words.mayNotList}</p>
      {(['roles', 'groups', 'users'] as const).map((kind) => (
        <Choices
          key={kind}
          kind={kind}
          options={[]}
          labels={labels}
          before={before}
          onChange={onChange}
        />
      ))}
    </>
  )
}

function People({ labels, before, onChange }: ChosenProps) {
  const { facts: words } = useLateMessages()
  const [q, setQ] = useState('')
  const found = useMembers(useDebounced(q, TYPING_MS)).data?.pages.flatMap(({ items }) => items)
  const named = (found ?? []).map(({ id, name, email }) => ({ id, name: name || email }))
  const chosen = named.filter(({ id }) => labels.users.includes(id))
  const others = named.filter(({ id }) => !labels.users.includes(id)).slice(0, CANDIDATES)
  return (
    <div className="space-y-1">
      <Choices
        kind="users"
        options={[...chosen, ...others]}
        labels={labels}
        before={before}
        onChange={onChange}
      />
      <Filter label={words.findPeople} value={q} onChange={setQ} />
    </div>
  )
}

interface ChoicesProps extends ChosenProps {
  kind: Kind
  options: readonly Option[]
}

function Choices({ kind, options, labels, before, onChange }: ChoicesProps) {
  const { facts: words } = useLateMessages()
  const all = withChosen(options, [...new Set([...before[kind], ...labels[kind]])])
  if (all.length === 0) return null
  return (
    <fieldset>
      <legend className="mb-0.5 text-sm font-medium">{words.readers[kind]}</legend>
      <div className="grid gap-x-4 gap-y-0.5 sm:grid-cols-2">
        {all.map(({ id, name }) => (
          <CheckField
            key={id}
            label={name}
            checked={labels[kind].includes(id)}
            onChange={() => onChange(toggled(labels, kind, id))}
          />
        ))}
      </div>
    </fieldset>
  )
}
