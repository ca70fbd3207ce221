/** The question for a new flag. */
import { useState, type FormEvent } from 'react'
import { useFlagActions } from '../lib/flag-queries.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { inputClass, TextField } from '../ui/field.tsx'
import { Modal } from '../ui/modal.tsx'

const textOf = (form: FormData, name: string) => {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

export function CreateFlag({ onClose }: { onClose: () => void }) {
  const { flags, common } = useMessages()
  const { create } = useFlagActions()
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await create({
        name: textOf(form, 'name'),
        description: textOf(form, 'description'),
        enabled: form.has('enabled'),
        defaultValue: textOf(form, 'value') === 'true',
      })
      onClose()
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }
  return (
    <Modal title={flags.createTitle} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="space-y-4">
        <TextField
          label={flags.name}
          name="name"
          hint={flags.nameHint}
          pattern="[a-z][a-z0-9._\-]{0,99}"
          title={flags.nameHint}
          required
          autoFocus
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          label={flags.description}
          name="description"
          maxLength={1000}
          autoComplete="off"
        />
        <label className="block">
          <span className="mb-1 block text-sm font-medium">{flags.value}</span>
          <select name="value" defaultValue="true" className={`h-9 ${inputClass}`}>
            <option value="true">true</option>
            <option value="false">false</option>
          </select>
          <span className="mt-1 block text-sm text-muted">{flags.valueHint}</span>
        </label>
        <label className="flex items-center gap-2">
          <input type="checkbox" name="enabled" className="size-4 accent-accent" />
          {flags.startEnabled}
        </label>
        {error !== null && <ErrorNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {common.create}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
