/** The frame of a page that uses a mailed link once: a form, then a sentence that it is done. */
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { linkToken } from '../lib/mail-links.ts'
import { useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'
import { Door } from './door.tsx'
import { ErrorNote } from './error-note.tsx'

interface LinkDoorProps {
  title: string
  submit: string
  done: string
  /** Uses the link's token; may throw, and what it throws is shown. */
  onUse: (token: string, form: FormData) => Promise<void>
  children: ReactNode
}

export function LinkDoor({ title, submit, done, onUse, children }: LinkDoorProps) {
  const { recovery } = useMessages()
  const [token] = useState(linkToken)
  const [isDone, setDone] = useState(false)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await onUse(token, form)
    setDone(true)
  })
  const back = (
    <Link to="/sign-in" className="text-accent underline underline-offset-2">
      {recovery.toSignIn}
    </Link>
  )
  return (
    <Door title={title} footer={back}>
      {isDone ? (
        <p role="status" className="text-pretty">
          {done}
        </p>
      ) : (
        <form onSubmit={onSubmit} className="space-y-4">
          {children}
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
            {submit}
          </Button>
        </form>
      )}
    </Door>
  )
}
