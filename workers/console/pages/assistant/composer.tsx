/** Where a message is written: Enter sends, Shift+Enter breaks the line. */
import { ArrowUp, Square } from 'lucide-react'
import { useRef, type KeyboardEvent } from 'react'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'

interface ComposerProps {
  label: string
  placeholder: string
  maxCharacters: number
  isRunning: boolean
  onSend: (question: string) => void
  onStop: () => void
}

export function Composer(props: ComposerProps) {
  const { label, placeholder, maxCharacters, isRunning, onSend, onStop } = props
  const { ask } = useMessages()
  const input = useRef<HTMLTextAreaElement>(null)
  const send = () => {
    const question = input.current?.value.trim()
    if (!question || isRunning || !input.current) return
    input.current.value = ''
    onSend(question)
  }
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      className="sticky bottom-0 -mx-2 bg-gradient-to-t from-bg from-70% to-transparent px-2 pt-6 pb-4 max-md:bottom-14"
    >
      <div className="flex items-end gap-2 rounded-lg border border-control bg-surface p-2 focus-within:border-accent focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent">
        <textarea
          ref={input}
          rows={1}
          autoFocus
          maxLength={maxCharacters}
          aria-label={label}
          placeholder={placeholder}
          onKeyDown={sendOnEnter}
          className="field-sizing-content max-h-40 min-h-8 flex-1 resize-none bg-transparent px-2 py-[5px] outline-none placeholder:text-muted"
        />
        {isRunning ? (
          <Button data-action="stop-answer" onClick={onStop}>
            <Square size={12} fill="currentColor" aria-hidden />
            <span className="max-sm:sr-only">{ask.stop}</span>
          </Button>
        ) : (
          <Button data-action="ask" type="submit" look="primary">
            <ArrowUp size={16} aria-hidden />
            <span className="max-sm:sr-only">{ask.send}</span>
          </Button>
        )}
      </div>
    </form>
  )
}
