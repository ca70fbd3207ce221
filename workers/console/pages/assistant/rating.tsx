/** A rating of one answer from 0 to 5, with a reason if there is one; sent again, it replaces the last. */
import { useId, useState, type FormEvent } from 'react'
import { textOf } from '../../lib/submit.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'

const RATINGS = [0, 1, 2, 3, 4, 5]
/** The server's limit. */
const REASON_CHARACTERS = 2_000

interface Given {
  rating: number
  reason: string
}

interface RatingProps {
  saved: Given | null
  sending: {
    mutate: (given: Given, then: { onSuccess: () => void }) => void
    isPending: boolean
    error: unknown
  }
}

export function Rating({ saved, sending }: RatingProps) {
  const { rating: words } = useMessages()
  const [chosen, setChosen] = useState<number | null>(null)
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (chosen === null) return
    const reason = textOf(new FormData(event.currentTarget), 'reason')
    sending.mutate({ rating: chosen, reason }, { onSuccess: () => setChosen(null) })
  }
  return (
    <form onSubmit={send} className="mt-3 space-y-2">
      <Scale chosen={chosen ?? saved?.rating ?? null} onChoose={setChosen} />
      {chosen !== null && (
        <div className="flex flex-wrap items-end gap-2">
          <TextField
            name="reason"
            label={words.reason}
            maxLength={REASON_CHARACTERS}
            defaultValue={saved?.reason}
            className="min-w-0 flex-1"
          />
          <Button type="submit" disabled={sending.isPending}>
            {words.send}
          </Button>
        </div>
      )}
      {saved && chosen === null && <Status tone="good">{words.saved(saved.rating)}</Status>}
      {Boolean(sending.error) && <ErrorNote error={sending.error} />}
    </form>
  )
}

interface ScaleProps {
  chosen: number | null
  onChoose: (rating: number) => void
}

/** Radio buttons, which bring their own arrow keys. */
function Scale({ chosen, onChoose }: ScaleProps) {
  const { rating: words } = useMessages()
  const id = useId()
  return (
    <fieldset aria-describedby={`${id}-note`}>
      <legend className="mb-1 text-xs text-muted">{words.title}</legend>
      <div className="flex flex-wrap items-center gap-1">
        {RATINGS.map((rating) => (
          <label
            key={rating}
            className="flex h-7 items-center gap-1 rounded-sm px-1.5 hover:bg-raised"
          >
            <input
              type="radio"
              name={id}
              checked={rating === chosen}
              onChange={() => onChoose(rating)}
              className="size-4 accent-accent"
            />
            <span>{rating}</span>
          </label>
        ))}
      </div>
      <p id={`${id}-note`} className="text-xs text-muted">
        {words.scale}
      </p>
    </fieldset>
  )
}
