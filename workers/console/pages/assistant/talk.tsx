/** A conversation with an assistant. The conversation itself is lib/chat.ts. */
import { useNavigate } from '@tanstack/react-router'
import { MessagesSquare } from 'lucide-react'
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { isRunning } from '../../lib/chat.ts'
import { useFollowEnd } from '../../lib/follow-end.ts'
import { useOfferedAssistants } from '../../lib/offered-assistants.ts'
import type { AssistantSearch } from '../../lib/search.ts'
import { useServices } from '../../lib/services.tsx'
import { useMessages } from '../../messages/locale.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Composer } from './composer.tsx'
import { Suggestions } from './suggestions.tsx'

/** Not part of the first page: there is nothing to show before the first message. */
const ChatTurnView = lazy(() => import('./chat-turn.tsx'))

/** The server's limit for one message. */
const MAX_CHARACTERS = 16_000

export function Talk({ search }: { search: AssistantSearch }) {
  const { ask } = useMessages()
  const { chat } = useServices()
  const turns = useSyncExternalStore(chat.subscribe, chat.snapshot)
  const failure = useConversationOf(search)
  const end = useFollowEnd(turns, turns.length)
  const { assistant } = search
  const send = (message: string) => void chat.send(message, { assistant })
  const isBusy = turns.some(isRunning)
  return (
    <>
      <div className="flex flex-1 flex-col">
        {failure !== null && <ErrorNote error={failure} text={ask.noConversation} />}
        {turns.length === 0 && failure === null && (
          <>
            <Greeting assistant={assistant} />
            <Suggestions icon={<MessagesSquare size={32} />} onPick={send} />
          </>
        )}
        <div role="log" aria-label={ask.title} aria-live="polite" className="space-y-8">
          <Suspense>
            {turns.map((turn, index) => (
              <ChatTurnView
                key={turn.id}
                turn={turn}
                isLast={index === turns.length - 1}
                isBusy={isBusy}
                onSend={(message, confirm) => void chat.send(message, { assistant, confirm })}
              />
            ))}
          </Suspense>
        </div>
        <div ref={end} className="min-h-6 flex-1 scroll-mb-40" />
      </div>
      <Composer
        label={ask.message}
        placeholder={ask.messagePlaceholder}
        maxCharacters={MAX_CHARACTERS}
        isRunning={isBusy}
        onSend={send}
        onStop={() => chat.stop()}
      />
    </>
  )
}

/** Keeps conversation and address the same: what one opens the other names. @returns why it cannot be opened */
function useConversationOf({ conversation }: AssistantSearch): unknown {
  const { chat } = useServices()
  const navigate = useNavigate({ from: '/assistant' })
  const current = useSyncExternalStore(chat.subscribe, chat.sessionId)
  const [failure, setFailure] = useState<unknown>(null)
  useEffect(() => {
    if (conversation === undefined || conversation === chat.sessionId()) return
    setFailure(null)
    chat.open(conversation).catch((error: unknown) => {
      chat.clear()
      setFailure(error)
    })
  }, [chat, conversation])
  useEffect(() => {
    // Another one is being opened.
    if (current === null || current !== chat.sessionId()) return
    setFailure(null)
    const { assistant } = chat
    const named = { conversation: current, ...(assistant && { assistant }) }
    void navigate({ search: (old) => ({ ...old, ...named }), replace: true, resetScroll: false })
  }, [chat, navigate, current])
  return failure
}

function Greeting({ assistant }: { assistant: string | undefined }) {
  const offered = useOfferedAssistants().data?.items ?? []
  const chosen = offered.find(({ id, is_default: isDefault }) =>
    assistant === undefined ? isDefault : id === assistant,
  )
  if (!chosen?.greeting) return null
  return (
    <p lang={chosen.language ?? undefined} className="max-w-[72ch] whitespace-pre-wrap">
      {chosen.greeting}
    </p>
  )
}
