/** The first owner of a deployment that has none: who holds its setup token makes themselves one. */
import { Navigate, useNavigate } from '@tanstack/react-router'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { useServices } from '../lib/services.tsx'
import { useProviders } from '../lib/sign-in-ways.ts'
import { textOf, useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { NewPasswordField, TextField } from '../ui/field.tsx'

const isWrongToken = (error: unknown) =>
  error instanceof VoiceAssistError && error.code === 'unauthenticated'

export function SetupPage() {
  const { setup } = useMessages()
  const { data } = useProviders()
  // Unknown is no reason to refuse the form: the server decides.
  if (data?.needsSetup === false) return <Navigate to="/sign-in" replace />
  return (
    <Door title={setup.title}>
      <p className="text-pretty text-muted">{setup.hint}</p>
      <OwnerForm />
    </Door>
  )
}

function OwnerForm() {
  const { setup, signIn, recovery } = useMessages()
  const { session, queries } = useServices()
  const navigate = useNavigate()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const word = (name: string) => textOf(form, name).trim()
    await session.setUp(word('token'), {
      organization: word('organization'),
      name: word('name'),
      email: word('email'),
      password: textOf(form, 'password'),
    })
    queries.clear()
    await navigate({ to: '/' })
  })
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <TextField
        label={setup.token}
        hint={setup.tokenHint}
        name="token"
        autoComplete="off"
        spellCheck={false}
        required
        autoFocus
      />
      <TextField
        label={setup.organization}
        name="organization"
        autoComplete="organization"
        maxLength={200}
        required
      />
      <TextField label={setup.name} name="name" autoComplete="name" maxLength={200} required />
      <TextField
        label={signIn.email}
        name="email"
        type="email"
        autoComplete="username"
        maxLength={254}
        required
      />
      <NewPasswordField label={signIn.password} hint={recovery.passwordHint} />
      {error !== null && (
        <ErrorNote error={error} {...(isWrongToken(error) ? { text: setup.wrongToken } : {})} />
      )}
      <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
        {setup.submit}
      </Button>
    </form>
  )
}
