/** What is looked for: all of it in the address, so that a link shows the same conversations. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { usePermission } from '../../lib/hooks.ts'
import { useOfferedAssistants } from '../../lib/offered-assistants.ts'
import type { ConversationsSearch } from '../../lib/search.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, control, Labelled, MomentField } from '../../ui/filter-fields.tsx'
import { filterOf, STATUSES } from './conversation-filter.ts'

export function ConversationFilters() {
  const { conversations } = useLateMessages()
  const search = useSearch({ from: '/shell/conversations' })
  const navigate = useNavigate({ from: '/conversations' })
  const mayReadAll = usePermission('conversation.read')
  const assistants = useOfferedAssistants().data?.items ?? []
  const set = (name: keyof ConversationsSearch, value: string | boolean) =>
    void navigate({
      search: ({ [name]: _old, ...rest }) => (value ? { ...rest, [name]: value } : rest),
      replace: true,
    })
  const isAny = Object.keys(filterOf(search)).length > 0
  return (
    <div
      role="search"
      aria-label={conversations.filters}
      className="mb-3 grid grid-cols-2 items-end gap-2 sm:grid-cols-3 lg:grid-cols-4"
    >
      <Labelled label={conversations.words}>
        <input
          data-filter
          value={search.q ?? ''}
          maxLength={200}
          onChange={(change) => set('q', change.target.value)}
          className={control}
        />
      </Labelled>
      <Choice
        label={conversations.assistant}
        value={search.assistant ?? ''}
        options={[
          ['', conversations.anyAssistant],
          ...assistants.map(({ id, name }) => [id, name] as const),
        ]}
        onChange={(value) => set('assistant', value)}
      />
      <Choice
        label={conversations.status}
        value={search.status ?? ''}
        options={[
          ['', conversations.anyStatus],
          ...STATUSES.map((status) => [status, conversations.states[status]] as const),
        ]}
        onChange={(value) => set('status', value)}
      />
      <MomentField
        label={conversations.from}
        iso={search.from}
        onChange={(iso) => set('from', iso)}
      />
      <MomentField label={conversations.to} iso={search.to} onChange={(iso) => set('to', iso)} />
      {mayReadAll && (
        <Choice
          label={conversations.reach}
          value={search.all ? 'everyone' : 'own'}
          options={[
            ['own', conversations.reaches.own],
            ['everyone', conversations.reaches.everyone],
          ]}
          onChange={(value) => set('all', value === 'everyone')}
        />
      )}
      <Button
        disabled={!isAny}
        onClick={() => void navigate({ search: ({ all }) => (all ? { all } : {}), replace: true })}
      >
        {conversations.clear}
      </Button>
    </div>
  )
}
