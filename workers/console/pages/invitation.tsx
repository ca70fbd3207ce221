/** Joins a tenant with the link of an invitation: as a new person, or with the account one has. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import type { InvitationView } from '../../identity/tenant-schemas.ts'
import { acceptInvitation, linkToken, viewInvitation } from '../lib/mail-links.ts'
import { useServices } from '../lib/services.tsx'
import { textOf, useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { NewPasswordField, TextField } from '../ui/field.tsx'
import { PagePending } from '../ui/page-states.tsx'
import { ProviderButtons } from './other-ways.tsx'

export function InvitationPage() {
  const { invitation } = useMessages()
  const [token] = useState(linkToken)
  const { data, error, isPending } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => viewInvitation(token),
  })
  if (isPending) return <PagePending />
  return (
    <Door title={data ? invitation.title(data.tenant.name) : invitation.invalidTitle}>
      {data ? <Acceptance token={token} invited={data} /> : <ErrorNote error={error} />}
    </Door>
  )
}

const needsSignIn = (error: unknown) =>
  error instanceof VoiceAssistError && ['unauthenticated', 'forbidden'].includes(error.code)

function Acceptance({ token, invited }: { token: string; invited: InvitationView }) {
  const { invitation, signIn } = useMessages()
  const { session, queries, conversation } = useServices()
  const navigate = useNavigate()
  const { email, invitedBy, role, hasAccount } = invited
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const person = hasAccount
      ? {}
      : { name: textOf(form, 'name'), password: textOf(form, 'password') }
    session.adopt(await acceptInvitation(token, person))
    queries.clear()
    conversation.clear()
    await navigate({ to: '/' })
  })
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p className="text-pretty break-words">{invitation.text(invitedBy, email, role)}</p>
      {!hasAccount && <NewPerson />}
      {error !== null && (
        <ErrorNote
          error={error}
          {...(needsSignIn(error) ? { text: invitation.signInAs(email) } : {})}
        >
          {needsSignIn(error) && (
            <Link to="/sign-in" className="text-accent underline underline-offset-2">
              {signIn.submit}
            </Link>
          )}
        </ErrorNote>
      )}
      <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
        {invitation.accept}
      </Button>
      {!hasAccount && <ProviderButtons body={{ invitation: token, from: '/assistant' }} />}
    </form>
  )
}

function NewPerson() {
  const { invitation, recovery, signIn } = useMessages()
  return (
    <>
      <TextField label={invitation.name} name="name" autoComplete="name" required autoFocus />
      <NewPasswordField label={signIn.password} hint={recovery.passwordHint} />
    </>
  )
}
