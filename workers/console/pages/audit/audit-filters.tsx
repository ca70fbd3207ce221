/** What is looked for: all of it in the address, so that a link shows the same entries. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useId } from 'react'
import type { AuditFilter } from '../../../audit/schemas.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import type { AuditSearch } from '../../lib/manage-search.ts'
import { useAuditMessages } from '../../messages/audit.ts'
import { Button } from '../../ui/button.tsx'
import { control, Labelled, MomentField } from '../../ui/filter-fields.tsx'

const OUTCOMES = ['ok', 'denied', 'failed'] as const

/** Beginnings of names worth offering; any other can be typed. */
const EVENTS = [
  'auth.',
  'auth.signin.fail',
  'session.',
  'apikey.',
  'authz.denied',
  'member.',
  'role.',
  'tenant.',
  'flag.',
  'doc.',
  'admin.',
  'user.',
  'audit.',
]

/** Of an address somebody may have written by hand: what cannot be asked for is left out. */
export function filterOf(search: AuditSearch): AuditFilter {
  const outcome = OUTCOMES.find((known) => known === search.outcome)
  const moment = (text: string | undefined) => (text ? fromLocalInput(text) : '')
  const [from, to] = [moment(search.from), moment(search.to)]
  const event = search.event
    ?.toLowerCase()
    .replaceAll(/[^a-z._]/g, '')
    .slice(0, 64)
  const actor = search.actor?.trim()
  return {
    ...(event && { event }),
    ...(actor && { actor }),
    ...(outcome && { outcome }),
    ...(from && { from }),
    ...(to && { to }),
  }
}

export function AuditFilters() {
  const audit = useAuditMessages()
  const search = useSearch({ from: '/shell/audit' })
  const navigate = useNavigate({ from: '/audit' })
  const events = useId()
  const set = (name: keyof AuditSearch, value: string) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
      replace: true,
    })
  const isAny = Object.keys(filterOf(search)).length > 0
  return (
    <div
      role="search"
      aria-label={audit.filters}
      className="mb-3 grid grid-cols-2 items-end gap-2 sm:grid-cols-3 lg:grid-cols-[1fr_1fr_9rem_12rem_12rem_auto]"
    >
      <Labelled label={audit.event}>
        <input
          data-filter
          list={events}
          value={search.event ?? ''}
          placeholder={audit.eventHint}
          spellCheck={false}
          onChange={(change) => set('event', change.target.value)}
          className={control}
        />
        <datalist id={events}>
          {EVENTS.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Labelled>
      <Labelled label={audit.actor}>
        <input
          value={search.actor ?? ''}
          spellCheck={false}
          onChange={(change) => set('actor', change.target.value)}
          className={control}
        />
      </Labelled>
      <Labelled label={audit.outcome}>
        <select
          value={search.outcome ?? ''}
          onChange={(change) => set('outcome', change.target.value)}
          className={control}
        >
          <option value="">{audit.anyOutcome}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {audit.outcomes[outcome]}
            </option>
          ))}
        </select>
      </Labelled>
      <MomentField label={audit.from} iso={search.from} onChange={(iso) => set('from', iso)} />
      <MomentField label={audit.to} iso={search.to} onChange={(iso) => set('to', iso)} />
      <Button disabled={!isAny} onClick={() => void navigate({ search: {}, replace: true })}>
        {audit.clear}
      </Button>
    </div>
  )
}
