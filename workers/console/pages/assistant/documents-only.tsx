/** Questions to the documents alone, each answer with its proof. The questions are lib/conversation.ts. */
import { MessagesSquare } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { isRunning } from '../../lib/conversation.ts'
import { useFollowEnd } from '../../lib/follow-end.ts'
import { useServices } from '../../lib/services.tsx'
import { useMessages } from '../../messages/locale.tsx'
import { AskTurn } from './ask-turn.tsx'
import { Composer } from './composer.tsx'
import { Suggestions } from './suggestions.tsx'

/** The server's limit for one question. */
const MAX_CHARACTERS = 4_000

export default function DocumentsOnly() {
  const { ask } = useMessages()
  const { conversation } = useServices()
  const turns = useSyncExternalStore(conversation.subscribe, conversation.snapshot)
  const end = useFollowEnd(turns, turns.length)
  const send = (question: string) => void conversation.ask(question)
  return (
    <>
      <div className="flex flex-1 flex-col">
        {turns.length === 0 && <Suggestions icon={<MessagesSquare size={32} />} onPick={send} />}
        <div role="log" aria-label={ask.title} aria-live="polite" className="space-y-8">
          {turns.map((turn) => (
            <AskTurn key={turn.id} turn={turn} onRetry={() => send(turn.question)} />
          ))}
        </div>
        <div ref={end} className="min-h-6 flex-1 scroll-mb-40" />
      </div>
      <Composer
        label={ask.question}
        placeholder={ask.placeholder}
        maxCharacters={MAX_CHARACTERS}
        isRunning={turns.some(isRunning)}
        onSend={send}
        onStop={() => conversation.stop()}
      />
    </>
  )
}
