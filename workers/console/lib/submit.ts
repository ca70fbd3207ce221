/** A form's sending: busy while it goes on, the failure to show when it did not work. */
import { useState, type FormEvent } from 'react'

export const textOf = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** @param send May throw; what it throws becomes `error`. After success the form stays busy. */
export function useSubmit(send: (form: FormData) => Promise<void>) {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await send(form)
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }
  return { onSubmit: (event: FormEvent<HTMLFormElement>) => void submit(event), error, isBusy }
}
