/** Writing instead of talking, with or without a microphone. */
import { ArrowUp } from 'lucide-react'
import type { FormEvent } from 'react'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { inputClass } from '../ui/field.tsx'

export function VoiceTextInput({ onSend }: { onSend: (text: string) => void }) {
  const { voice } = useMessages()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    if (typeof text !== 'string' || text.trim() === '') return
    onSend(text.trim())
    event.currentTarget.reset()
  }
  return (
    <form
      onSubmit={submit}
      className="sticky bottom-0 flex gap-2 bg-gradient-to-t from-bg from-70% to-transparent pt-6 pb-4 max-md:bottom-14"
    >
      <input
        name="text"
        aria-label={voice.type}
        placeholder={voice.type}
        autoComplete="off"
        className={`h-9 ${inputClass}`}
      />
      <Button type="submit" className="h-9">
        <ArrowUp size={16} aria-hidden />
        <span className="max-sm:sr-only">{voice.send}</span>
      </Button>
    </form>
  )
}
