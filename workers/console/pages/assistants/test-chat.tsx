/** A conversation with the saved version, beside its content: tool calls are shown as they run. */
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Assistant } from '../../../assistant/assistant-schemas.ts'
import { Chat, type ChatTurn, isRunning, unconfirmedOf } from '../../lib/chat.ts'
import { formatDollars, formatDuration } from '../../lib/format.ts'
import { useServices } from '../../lib/services.tsx'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { CallConsent } from '../../ui/call-consent.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Status } from '../../ui/status.tsx'
import { TurnParts } from '../../ui/turn-parts.tsx'

export function TestChat({ assistant }: { assistant: Assistant }) {
  const { assistants } = useLateMessages()
  const { ask } = useMessages()
  const { client } = useServices()
  const [chat] = useState(() => new Chat(client))
  const turns = useSyncExternalStore(chat.subscribe, chat.snapshot)
  useEffect(() => () => chat.stop(), [chat])
  const last = turns.at(-1)
  const isBusy = turns.some(isRunning)
  const unconfirmed = last && !isBusy ? unconfirmedOf(last) : []
  const send = (message: string, confirm: string[] = []) =>
    void chat.send(message, { assistant: assistant.id, confirm })
  return (
    <section
      aria-label={assistants.test}
      className="flex min-h-80 flex-col gap-3 self-start rounded-md border border-line bg-surface p-4 lg:sticky lg:top-5 lg:max-h-[85vh]"
    >
      <header className="flex items-start justify-between gap-2">
        <div>
          <h2 className="font-semibold">{assistants.test}</h2>
          <p className="text-sm text-muted">{assistants.testHint}</p>
        </div>
        {turns.length > 0 && <Button onClick={() => chat.clear()}>{assistants.restart}</Button>}
      </header>
      <div
        role="log"
        aria-live="polite"
        aria-label={assistants.test}
        tabIndex={0}
        className="min-h-0 flex-1 space-y-4 overflow-y-auto"
      >
        {assistant.content.greeting !== '' && <p>{assistant.content.greeting}</p>}
        {turns.map((turn) => (
          <Turn key={turn.id} turn={turn} />
        ))}
        {unconfirmed.length > 0 && <CallConsent calls={unconfirmed} onSend={send} />}
      </div>
      {isBusy ? (
        <Button onClick={() => chat.stop()}>{ask.stop}</Button>
      ) : (
        <MessageField onSend={send} />
      )}
    </section>
  )
}

function Turn({ turn }: { turn: ChatTurn }) {
  const { assistants } = useLateMessages()
  const { ask, locale } = useMessages()
  const { message, parts, ending, error } = turn
  const isOpen = isRunning(turn)
  return (
    <article aria-busy={isOpen} className="space-y-2">
      <p className="text-sm text-muted">{assistants.you}</p>
      <p className="font-medium break-words">{message}</p>
      <TurnParts parts={parts} isRunning={isOpen} />
      {isOpen && parts.length === 0 && <Status tone="busy">{assistants.thinking}</Status>}
      {error && <ErrorNote error={error} />}
      {ending && (
        <p className="flex gap-3 text-xs text-muted">
          <span>{formatDuration(ending.timings['total_ms'] ?? 0, locale)}</span>
          <span title={ask.cost}>{formatDollars(ending.cost_micro_dollars, locale)}</span>
        </p>
      )}
    </article>
  )
}

function MessageField({ onSend }: { onSend: (message: string) => void }) {
  const { assistants } = useLateMessages()
  const { ask } = useMessages()
  const input = useRef<HTMLInputElement>(null)
  const send = (event: FormEvent) => {
    event.preventDefault()
    const message = input.current?.value.trim()
    if (message) onSend(message)
  }
  return (
    <form onSubmit={send} className="flex gap-2">
      <input
        ref={input}
        aria-label={assistants.message}
        placeholder={assistants.placeholder}
        maxLength={16_000}
        autoComplete="off"
        className="h-8 min-w-0 flex-1 rounded-sm border border-control bg-surface px-3 placeholder:text-muted"
      />
      <Button type="submit">{ask.send}</Button>
    </form>
  )
}
