/** Voice sessions: those that run and those that ended; one opens with its transcript. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Headphones } from 'lucide-react'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { type SessionFilter, useVoiceSessions } from '../../lib/voice-session-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { control, Labelled } from '../../ui/filter-fields.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { RecordingSettings } from './recording-settings.tsx'
import { SessionDetails } from './session-details.tsx'
import { SessionTable } from './session-table.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 250

export function SessionsPage() {
  const { sessions } = useLateMessages()
  const { id, ...filter } = useSearch({ from: '/shell/sessions' })
  const navigate = useNavigate({ from: '/sessions' })
  const maySet = usePermission('tenant.update')
  const settled: SessionFilter = JSON.parse(useDebounced(JSON.stringify(filter), TYPING_MS))
  const query = useVoiceSessions(settled)
  return (
    <Page title={sessions.title} subtitle={sessions.subtitle}>
      {maySet && <RecordingSettings />}
      <Filters filter={filter} />
      <Loaded query={query} rows={6}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          return shown.length === 0 ? (
            <Empty
              icon={<Headphones size={32} />}
              title={sessions.emptyTitle}
              hint={sessions.emptyHint}
            />
          ) : (
            <SessionTable shown={shown} />
          )
        }}
      </Loaded>
      <LoadMore query={query} />
      {id !== undefined && (
        <SessionDetails
          key={id}
          id={id}
          onClose={() => void navigate({ search: filter, replace: true })}
        />
      )}
    </Page>
  )
}

function Filters({ filter }: { filter: SessionFilter }) {
  const { sessions } = useLateMessages()
  const navigate = useNavigate({ from: '/sessions' })
  const set = (change: { [Key in keyof SessionFilter]: SessionFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value)
    void navigate({ search: Object.fromEntries(next), replace: true })
  }
  return (
    <div
      role="group"
      aria-label={sessions.filters}
      className="mb-4 grid grid-cols-[1fr_10rem_auto] items-end gap-3 max-sm:grid-cols-1"
    >
      <Labelled label={sessions.find}>
        <input
          data-filter
          type="search"
          value={filter.q ?? ''}
          onChange={(change) => set({ q: change.target.value })}
          className={control}
        />
      </Labelled>
      <Labelled label={sessions.state}>
        <select
          value={filter.state ?? ''}
          onChange={(change) => set({ state: change.target.value })}
          className={control}
        >
          <option value="">{sessions.anyState}</option>
          <option value="live">{sessions.states.live}</option>
          <option value="ended">{sessions.states.ended}</option>
        </select>
      </Labelled>
      <label className="flex h-8 items-center gap-2">
        <input
          type="checkbox"
          checked={filter.recorded === true}
          onChange={(change) => set({ recorded: change.target.checked })}
        />
        {sessions.recordedOnly}
      </label>
    </div>
  )
}
