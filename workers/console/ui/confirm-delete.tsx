/** The last step before something is gone: its name has to be typed. */
import { useState, type FormEvent } from 'react'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'
import { ErrorNote } from './error-note.tsx'
import { TextField } from './field.tsx'
import { Modal } from './modal.tsx'

interface ConfirmDeleteProps {
  title: string
  hint: string
  name: string
  label: string
  /** What the button says; that it deletes, when left out. */
  action?: string
  onClose: () => void
  /** Closes nothing by itself; a rejection is shown and the question stays open. */
  onConfirm: () => Promise<void>
}

export function ConfirmDelete(props: ConfirmDeleteProps) {
  const { common } = useMessages()
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const matches = typed.trim() === props.name
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!matches || isBusy) return
    setBusy(true)
    setError(null)
    props
      .onConfirm()
      .catch(setError)
      .finally(() => setBusy(false))
  }
  return (
    <Modal title={props.title} onClose={props.onClose}>
      <form onSubmit={submit} className="space-y-4">
        <p className="text-pretty text-muted">{props.hint}</p>
        <TextField
          label={props.label}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {error !== null && <ErrorNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={props.onClose}>{common.cancel}</Button>
          <Button type="submit" look="danger" disabled={!matches || isBusy}>
            {props.action ?? common.delete}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
