/** Feature flags: what is on, switched with one click, created and deleted with a question. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Flag as FlagIcon, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Flag } from '../../flags/schemas.ts'
import { useFlagActions, useFlags } from '../lib/flag-queries.ts'
import { usePermission } from '../lib/hooks.ts'
import { useLateMessages } from '../messages/late.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { ConfirmDelete } from '../ui/confirm-delete.tsx'
import { DataTable, Filter, wide } from '../ui/data-table.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { LoadMore } from '../ui/load-more.tsx'
import { Skeletons } from '../ui/page-states.tsx'
import { Empty, Page } from '../ui/page.tsx'
import { CreateFlag } from './create-flag.tsx'
import { FlagRow } from './flag-row.tsx'
import { FlagEditor } from './flags/flag-editor.tsx'

/** Seldom used, so it comes when it is asked for. */
const ImportFlags = lazy(() => import('./flags/import-flags.tsx'))
const Approvals = lazy(() => import('./flags/approvals.tsx'))

export function FlagsPage() {
  const search = useSearch({ from: '/shell/flags' })
  const mayWrite = usePermission('flag.write')
  if (search.import === true && mayWrite) {
    return (
      <Suspense>
        <ImportFlags />
      </Suspense>
    )
  }
  if (search.approvals === true) {
    return (
      <Suspense>
        <Approvals />
      </Suspense>
    )
  }
  const { flag } = search
  return flag === undefined ? <AllFlags /> : <FlagEditor key={flag} name={flag} />
}

function AllFlags() {
  const { approvals } = useLateMessages()
  const { flagTools } = useLateMessages()
  const { flags } = useMessages()
  const mayWrite = usePermission('flag.write')
  const { create } = useSearch({ from: '/shell/flags' })
  const navigate = useNavigate({ from: '/flags' })
  const setCreating = (isOpen: boolean) =>
    void navigate({
      search: ({ create: _create, ...rest }) => (isOpen ? { ...rest, create: true } : rest),
      replace: true,
    })
  const action = (
    <div className="flex flex-wrap justify-end gap-2">
      <Link to="/flags" search={{ approvals: true }} className={buttonClass()}>
        {approvals.open}
      </Link>
      {mayWrite && (
        <>
          <Link to="/flags" search={{ import: true }} className={buttonClass()}>
            {flagTools.import.open}
          </Link>
          <Button data-action="create-flag" look="primary" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden />
            <span className="max-sm:sr-only">{flags.create}</span>
          </Button>
        </>
      )}
    </div>
  )
  return (
    <Page title={flags.title} subtitle={flags.subtitle} action={action}>
      <FlagList onCreate={() => setCreating(true)} />
      {create && mayWrite && <CreateFlag onClose={() => setCreating(false)} />}
    </Page>
  )
}

function FlagList({ onCreate }: { onCreate: () => void }) {
  const { flags, common } = useMessages()
  const query = useFlags()
  const { toggle, remove } = useFlagActions()
  const [condemned, setCondemned] = useState<Flag | null>(null)
  const { q = '', type = '', state = '', tag = '' } = useSearch({ from: '/shell/flags' })
  if (query.isPending) return <Skeletons rows={6} />
  if (!query.data) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
  const all = query.data.pages.flatMap(({ items }) => items)
  if (all.length === 0) return <NoFlags onCreate={onCreate} />
  const wanted = q.toLowerCase()
  const shown = all.filter(
    (flag) =>
      `${flag.name} ${flag.description}`.toLowerCase().includes(wanted) &&
      (type === '' || flag.type === type) &&
      (state === '' || flag.enabled === (state === 'on')) &&
      (tag === '' || flag.tags.includes(tag)),
  )
  return (
    <>
      <FlagFilter
        {...{ q, type, state, tag }}
        tags={[...new Set(all.flatMap(({ tags }) => tags))].toSorted()}
      />
      {shown.length === 0 ? (
        <Empty icon={<FlagIcon size={32} />} title={flags.noMatch} />
      ) : (
        <DataTable label={flags.table} columns={columnsOf(flags.columns, common.actions)}>
          {shown.map((flag) => (
            <FlagRow
              key={flag.name}
              flag={flag}
              onToggle={() => void toggle(flag)}
              onDelete={() => setCondemned(flag)}
            />
          ))}
        </DataTable>
      )}
      <LoadMore query={query} />
      {condemned && (
        <ConfirmDelete
          title={flags.deleteTitle}
          hint={flags.deleteHint}
          name={condemned.name}
          label={flags.typeName(condemned.name)}
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

type Titles = Record<'flag' | 'state' | 'value' | 'updated', string>

const columnsOf = (titles: Titles, actions: string) => [
  { key: 'flag', title: titles.flag },
  { key: 'state', title: titles.state, className: 'w-28' },
  { key: 'value', title: titles.value, className: `w-32 ${wide}` },
  { key: 'updated', title: titles.updated, className: `w-32 text-right ${wide}` },
  { key: 'actions', title: actions, className: 'w-12', isSilent: true },
]

const TYPES = ['boolean', 'string', 'number', 'json']

type Narrowed = 'q' | 'type' | 'state' | 'tag'

interface FlagFilterProps extends Record<Narrowed, string> {
  tags: readonly string[]
}

function FlagFilter({ q, type, state, tag, tags }: FlagFilterProps) {
  const { flagTools } = useLateMessages()
  const { flags, flag } = useMessages()
  const navigate = useNavigate({ from: '/flags' })
  const narrow = (field: Narrowed) => (value: string) =>
    void navigate({
      search: ({ [field]: _old, ...rest }) => (value === '' ? rest : { ...rest, [field]: value }),
      replace: true,
    })
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      <Filter label={flags.filter} value={q} onChange={narrow('q')} />
      <Choice
        label={flag.type}
        value={type}
        options={[
          { value: '', name: flag.anyType },
          ...TYPES.map((value) => ({ value, name: value })),
        ]}
        onChange={narrow('type')}
      />
      <Choice
        label={flag.state}
        value={state}
        options={[
          { value: '', name: flag.anyState },
          { value: 'on', name: flags.on },
          { value: 'off', name: flags.off },
        ]}
        onChange={narrow('state')}
      />
      <Choice
        label={flagTools.tag}
        value={tag}
        options={[
          { value: '', name: flagTools.anyTag },
          ...tags.map((value) => ({ value, name: value })),
        ]}
        onChange={narrow('tag')}
      />
    </div>
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly { value: string; name: string }[]
  onChange: (value: string) => void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 rounded-sm border border-control/60 bg-surface px-2"
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.name}
        </option>
      ))}
    </select>
  )
}

function NoFlags({ onCreate }: { onCreate: () => void }) {
  const { flags } = useMessages()
  const mayWrite = usePermission('flag.write')
  return (
    <Empty icon={<FlagIcon size={32} />} title={flags.emptyTitle} hint={flags.emptyHint}>
      {mayWrite && (
        <Button look="primary" onClick={onCreate}>
          {flags.create}
        </Button>
      )}
    </Empty>
  )
}
