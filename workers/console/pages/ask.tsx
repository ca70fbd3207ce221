/** Questions and cited answers. The conversation itself is lib/conversation.ts. */
import { useSearch } from '@tanstack/react-router'
import { MessageSquarePlus, MessagesSquare } from 'lucide-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { isRunning } from '../lib/conversation.ts'
import { useServices } from '../lib/services.tsx'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Empty, Page } from '../ui/page.tsx'
import { WithSource } from '../ui/with-source.tsx'
import { AskTurn } from './ask-turn.tsx'
import { Composer } from './composer.tsx'

export function AskPage() {
  const search = useSearch({ from: '/shell/ask' })
  return (
    <WithSource search={search}>
      <Conversation />
    </WithSource>
  )
}

/** How far from the end still counts as reading the end. */
const NEAR_END_PX = 160

/** Follows the text as it grows, unless the reader has scrolled away from its end. */
function useFollowEnd(change: unknown, turns: number) {
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
  }, [turns])
  useEffect(() => {
    const { scrollHeight } = document.documentElement
    const left = scrollHeight - scrollY - innerHeight
    if (left < NEAR_END_PX) end.current?.scrollIntoView({ block: 'end' })
  }, [change])
  return end
}

function Conversation() {
  const { ask } = useMessages()
  const { conversation } = useServices()
  const turns = useSyncExternalStore(conversation.subscribe, conversation.snapshot)
  const end = useFollowEnd(turns, turns.length)
  const send = (question: string) => void conversation.ask(question)
  const action = turns.length > 0 && (
    <Button onClick={() => conversation.clear()}>
      <MessageSquarePlus size={16} aria-hidden />
      <span className="max-sm:sr-only">{ask.newConversation}</span>
    </Button>
  )
  return (
    <Page title={ask.title} subtitle={ask.subtitle} action={action} isNarrow>
      <div className="flex flex-1 flex-col">
        {turns.length === 0 ? <Suggestions onPick={send} /> : null}
        <div role="log" aria-label={ask.title} aria-live="polite" className="space-y-8">
          {turns.map((turn) => (
            <AskTurn key={turn.id} turn={turn} onRetry={() => send(turn.question)} />
          ))}
        </div>
        <div ref={end} className="min-h-6 flex-1 scroll-mb-40" />
      </div>
      <Composer
        isRunning={turns.some(isRunning)}
        onSend={send}
        onStop={() => conversation.stop()}
      />
    </Page>
  )
}

function Suggestions({ onPick }: { onPick: (question: string) => void }) {
  const { ask } = useMessages()
  return (
    <Empty icon={<MessagesSquare size={32} />} title={ask.emptyTitle} hint={ask.emptyHint}>
      <ul className="flex flex-col items-stretch gap-2">
        {ask.suggestions.map((question) => (
          <li key={question}>
            <button
              type="button"
              lang="en"
              onClick={() => onPick(question)}
              className="w-full rounded-md border border-line bg-surface px-4 py-2 text-left hover:border-accent/60 hover:bg-raised"
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  )
}
