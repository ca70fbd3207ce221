/** Sessions as rows, newest first. */
import { Link, useSearch } from '@tanstack/react-router'
import type { VoiceSession } from '../../../voice/history-schemas.ts'
import { formatMoment } from '../../lib/format.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { Status } from '../../ui/status.tsx'

export function SessionTable({ shown }: { shown: readonly VoiceSession[] }) {
  const { sessions } = useLateMessages()
  const { columns } = sessions
  return (
    <DataTable
      label={sessions.table}
      columns={[
        { key: 'started', title: columns.started },
        { key: 'caller', title: columns.caller, className: wide },
        { key: 'turns', title: columns.turns, className: `w-24 text-right ${wide}` },
        { key: 'state', title: columns.state, className: 'w-32' },
      ]}
    >
      {shown.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
    </DataTable>
  )
}

function SessionRow({ session }: { session: VoiceSession }) {
  const { sessions } = useLateMessages()
  const { locale } = useMessages()
  const search = useSearch({ from: '/shell/sessions' })
  const { id, started_at: startedAt, state, turns, recorded_until: until } = session
  const when = formatMoment(startedAt, locale)
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <Link
          to="/sessions"
          search={{ ...search, id }}
          aria-label={sessions.open(when)}
          className="text-accent underline-offset-2 hover:underline"
        >
          <time dateTime={startedAt}>{when}</time>
        </Link>
        {until && <span className="ml-2 text-xs text-muted">{sessions.recorded}</span>}
      </td>
      <td className={`${cell} truncate ${wide}`}>
        <Caller session={session} />
      </td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>{turns}</td>
      <td className={cell}>
        <Status tone={state === 'live' ? 'busy' : 'idle'}>{sessions.states[state]}</Status>
      </td>
    </tr>
  )
}

export function Caller({ session }: { session: VoiceSession }) {
  const { sessions } = useLateMessages()
  const { user_id: userId, api_key_id: keyId } = session
  const id = userId ?? keyId
  if (id === null) return sessions.gone
  return (
    <span title={id}>
      <span className="text-muted">{userId ? sessions.user : sessions.key}</span>{' '}
      <code className="font-mono text-xs">{id}</code>
    </span>
  )
}
