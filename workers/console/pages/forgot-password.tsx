/** Asks for the mail that a forgotten password is set anew with. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { requestReset } from '../lib/mail-links.ts'
import { textOf, useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { TextField } from '../ui/field.tsx'

export function ForgotPasswordPage() {
  const { recovery, signIn } = useMessages()
  const [isSent, setSent] = useState(false)
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await requestReset(textOf(form, 'email'))
    setSent(true)
  })
  const back = (
    <Link to="/sign-in" className="text-accent underline underline-offset-2">
      {recovery.toSignIn}
    </Link>
  )
  return (
    <Door title={recovery.forgotTitle} footer={back}>
      {isSent ? (
        <p role="status" className="text-pretty">
          {recovery.sent}
        </p>
      ) : (
        <form onSubmit={onSubmit} className="space-y-4">
          <TextField
            label={signIn.email}
            name="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
          />
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
            {recovery.send}
          </Button>
        </form>
      )}
    </Door>
  )
}
