/** Sets a new password with the link of a mail. It opens no session: a second factor is not skipped. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { linkToken, resetPassword } from '../lib/mail-links.ts'
import { textOf, useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { TextField } from '../ui/field.tsx'

export function ResetPasswordPage() {
  const { recovery } = useMessages()
  const [token] = useState(linkToken)
  const [isDone, setDone] = useState(false)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await resetPassword(token, textOf(form, 'password'))
    setDone(true)
  })
  const back = (
    <Link to="/sign-in" className="text-accent underline underline-offset-2">
      {recovery.toSignIn}
    </Link>
  )
  return (
    <Door title={recovery.resetTitle} footer={back}>
      {isDone ? (
        <p role="status" className="text-pretty">
          {recovery.resetDone}
        </p>
      ) : (
        <form onSubmit={onSubmit} className="space-y-4">
          <TextField
            label={recovery.newPassword}
            hint={recovery.passwordHint}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={8}
            required
            autoFocus
          />
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
            {recovery.resetSubmit}
          </Button>
        </form>
      )}
    </Door>
  )
}
