/** Proves an address with the link of a mail; by a press, for mail scanners open links by themselves. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { linkToken, verifyEmail } from '../lib/mail-links.ts'
import { useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'

export function VerifyEmailPage() {
  const { recovery } = useMessages()
  const [token] = useState(linkToken)
  const [isDone, setDone] = useState(false)
  const { onSubmit, error, isBusy } = useSubmit(async () => {
    await verifyEmail(token)
    setDone(true)
  })
  const back = (
    <Link to="/sign-in" className="text-accent underline underline-offset-2">
      {recovery.toSignIn}
    </Link>
  )
  return (
    <Door title={recovery.verifyTitle} footer={back}>
      {isDone ? (
        <p role="status" className="text-pretty">
          {recovery.verifyDone}
        </p>
      ) : (
        <form onSubmit={onSubmit} className="space-y-4">
          <p className="text-pretty">{recovery.verifyHint}</p>
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full" autoFocus>
            {recovery.verifySubmit}
          </Button>
        </form>
      )}
    </Door>
  )
}
