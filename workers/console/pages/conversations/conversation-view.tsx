/** One conversation: who had it with which assistant, what it cost, and what was said and done. */
import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft, Download, MessagesSquare, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Conversation } from '../../../assistant/schemas.ts'
import {
  useConversation,
  useConversationActions,
  useConversationMessages,
} from '../../lib/conversation-queries.ts'
import { formatDollars } from '../../lib/format.ts'
import { useSession } from '../../lib/hooks.ts'
import { type LateMessages, useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button, buttonClass } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { useReach } from './conversation-filter.ts'
import { TranscriptMessage } from './transcript-message.tsx'

export function ConversationView({ id }: { id: string }) {
  const { locale } = useMessages()
  const { conversations } = useLateMessages()
  const reach = useReach()
  const query = useConversation(id, reach)
  const said = useConversationMessages(id, reach)
  const back = (
    <Link
      to="/conversations"
      search={({ conversation: _one, doc: _doc, start: _start, end: _end, ...rest }) => rest}
      className={buttonClass()}
    >
      <ArrowLeft size={16} aria-hidden />
      <span className="max-sm:sr-only">{conversations.back}</span>
    </Link>
  )
  const { data } = query
  return (
    <Page
      title={data?.title || conversations.title}
      subtitle={data ? factsOf(data, conversations, locale) : conversations.subtitle}
      action={back}
    >
      <Loaded query={query} rows={2}>
        {(conversation) => <Head conversation={conversation} />}
      </Loaded>
      {data && (
        <Loaded query={said} rows={6}>
          {({ pages }) => (
            <ol aria-label={conversations.transcript} className="mt-5 space-y-6">
              {pages.flatMap(({ items }) =>
                items.map((message) => <TranscriptMessage key={message.id} message={message} />),
              )}
            </ol>
          )}
        </Loaded>
      )}
      <LoadMore query={said} />
    </Page>
  )
}

function factsOf(
  conversation: Conversation,
  conversations: LateMessages['conversations'],
  locale: string,
): string {
  const { owner, assistant, turns, cost_micro_dollars: cost } = conversation
  const who = owner.type === 'key' ? conversations.key : (owner.name ?? owner.id)
  const what = assistant
    ? conversations.versionOf(assistant.name ?? conversations.gone, assistant.version)
    : conversations.ours
  return [who, what, conversations.turns(turns), formatDollars(cost, locale)].join(' · ')
}

function Head({ conversation }: { conversation: Conversation }) {
  const { conversations } = useLateMessages()
  const reach = useReach()
  const session = useSession()
  const { save } = useConversationActions(reach)
  const [error, setError] = useState<unknown>(null)
  const [isCondemned, setCondemned] = useState(false)
  const { id, owner, assistant, title, summary, handoff_reason: handoff } = conversation
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap gap-2">
        <Button
          aria-label={conversations.exportOf(title)}
          onClick={() => void save(conversation).catch(setError)}
        >
          <Download size={16} aria-hidden />
          {conversations.export}
        </Button>
        {owner.id === session?.user.id && (
          <Link
            to="/assistant"
            search={{ conversation: id, ...(assistant && { assistant: assistant.id }) }}
            className={buttonClass()}
          >
            <MessagesSquare size={16} aria-hidden />
            {conversations.goOn}
          </Link>
        )}
        {owner.id === session?.user.id && (
          <Button onClick={() => setCondemned(true)}>
            <Trash2 size={16} aria-hidden />
            {conversations.remove}
          </Button>
        )}
      </div>
      {error !== null && <ErrorNote error={error} />}
      {handoff !== null && <p>{conversations.handedOff(handoff)}</p>}
      {summary !== null && (
        <details className="rounded-md border border-line px-3 py-2">
          <summary className="cursor-pointer text-sm font-medium">{conversations.summary}</summary>
          <p className="mt-2 whitespace-pre-wrap">{summary}</p>
        </details>
      )}
      {isCondemned && <Removal conversation={conversation} onClose={() => setCondemned(false)} />}
    </div>
  )
}

interface RemovalProps {
  conversation: Conversation
  onClose: () => void
}

function Removal({ conversation, onClose }: RemovalProps) {
  const { conversations } = useLateMessages()
  const { remove } = useConversationActions('own')
  const navigate = useNavigate({ from: '/conversations' })
  return (
    <ConfirmDelete
      title={conversations.removeTitle}
      hint={conversations.removeHint}
      name={conversations.confirmWord}
      label={conversations.typeToConfirm(conversations.confirmWord)}
      onClose={onClose}
      onConfirm={async () => {
        await remove(conversation)
        await navigate({ search: ({ conversation: _gone, ...rest }) => rest, replace: true })
      }}
    />
  )
}
