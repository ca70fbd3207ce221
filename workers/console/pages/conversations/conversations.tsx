/** Conversations: found by filters that live in the address, and one of them as a transcript. */
import { Link, useSearch } from '@tanstack/react-router'
import { MessagesSquare } from 'lucide-react'
import type { ConversationFilter } from '../../../../sdk/conversations.ts'
import type { Conversation } from '../../../assistant/schemas.ts'
import { useConversations } from '../../lib/conversation-queries.ts'
import { formatDollars } from '../../lib/format.ts'
import { useDebounced } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/when.tsx'
import { WithSource } from '../../ui/with-source.tsx'
import { filterOf, useReach } from './conversation-filter.ts'
import { ConversationFilters } from './conversation-filters.tsx'
import { ConversationView } from './conversation-view.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 250

export function ConversationsPage() {
  const search = useSearch({ from: '/shell/conversations' })
  const { conversation } = search
  return (
    <WithSource search={search}>
      {conversation ? <ConversationView key={conversation} id={conversation} /> : <Conversations />}
    </WithSource>
  )
}

function Conversations() {
  const { conversations } = useLateMessages()
  const search = useSearch({ from: '/shell/conversations' })
  const reach = useReach()
  // A text, for an object would be another one at every render.
  const settled: ConversationFilter = JSON.parse(
    useDebounced(JSON.stringify(filterOf(search)), TYPING_MS),
  )
  const query = useConversations(settled, reach)
  return (
    <Page title={conversations.title} subtitle={conversations.subtitle}>
      <ConversationFilters />
      {reach === 'everyone' && <p className="mb-3 text-sm text-muted">{conversations.audited}</p>}
      <Loaded query={query} rows={8}>
        {({ pages }) => {
          const shown = pages.flatMap(({ items }) => items)
          return shown.length === 0 ? (
            <Empty
              icon={<MessagesSquare size={32} />}
              title={conversations.empty}
              hint={conversations.emptyHint}
            />
          ) : (
            <ConversationTable shown={shown} withOwner={reach === 'everyone'} />
          )
        }}
      </Loaded>
      <LoadMore query={query} />
    </Page>
  )
}

interface TableProps {
  shown: readonly Conversation[]
  withOwner: boolean
}

function ConversationTable({ shown, withOwner }: TableProps) {
  const { conversations } = useLateMessages()
  const { columns } = conversations
  return (
    <DataTable
      label={conversations.table}
      columns={[
        { key: 'title', title: columns.title },
        ...(withOwner ? [{ key: 'owner', title: columns.owner, className: `w-36 ${wide}` }] : []),
        { key: 'assistant', title: columns.assistant, className: `w-36 ${wide}` },
        { key: 'turns', title: columns.turns, className: 'w-20 text-right' },
        { key: 'cost', title: columns.cost, className: `w-28 text-right ${wide}` },
        { key: 'at', title: columns.at, className: `w-44 text-right ${wide}` },
      ]}
    >
      {shown.map((one) => (
        <Row key={one.id} conversation={one} withOwner={withOwner} />
      ))}
    </DataTable>
  )
}

function Row({ conversation, withOwner }: { conversation: Conversation; withOwner: boolean }) {
  const { conversations } = useLateMessages()
  const { locale } = useMessages()
  const { id, title, owner, assistant, turns, cost_micro_dollars: cost } = conversation
  return (
    <tr className="h-9 hover:bg-raised/50">
      <td className={cell}>
        <Link
          to="/conversations"
          search={(search) => ({ ...search, conversation: id })}
          className="block truncate font-medium text-accent hover:underline"
        >
          {title || '—'}
        </Link>
      </td>
      {withOwner && (
        <td className={`${cell} truncate ${wide}`}>
          {owner.type === 'key' ? (
            conversations.key
          ) : (
            <Link
              to="/conversations"
              search={(search) => ({ ...search, user: owner.id })}
              title={conversations.onlyOf(owner.name ?? owner.id)}
              className="hover:underline"
            >
              {owner.name ?? owner.id}
            </Link>
          )}
        </td>
      )}
      <td className={`${cell} truncate text-muted ${wide}`}>
        {assistant ? (assistant.name ?? conversations.gone) : conversations.ours}
      </td>
      <td className={`${cell} text-right tabular-nums`}>{turns}</td>
      <td className={`${cell} text-right tabular-nums ${wide}`}>{formatDollars(cost, locale)}</td>
      <td className={`${cell} text-right text-muted ${wide}`}>
        <Moment iso={conversation.created_at} />
      </td>
    </tr>
  )
}
