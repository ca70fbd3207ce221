/**
 * Signing in: a password or an account elsewhere, then a code where the account has a second factor; or
 * a passkey, which is both.
 */
import { Link, Navigate, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { useServices } from '../lib/services.tsx'
import { ticketInAddress, useProviders } from '../lib/sign-in-ways.ts'
import { textOf, useSubmit } from '../lib/submit.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { Door } from '../ui/door.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { FederationNote } from '../ui/federation-note.tsx'
import { TextField } from '../ui/field.tsx'
import { Or, PasskeyButton, ProviderButtons } from './other-ways.tsx'

const isMismatch = (error: unknown) =>
  error instanceof VoiceAssistError && error.code === 'unauthenticated'

/** Only addresses of this console: a crafted link must not lead elsewhere after sign-in. */
const isOwn = (from: string | undefined): from is string =>
  from !== undefined && from.startsWith('/') && !from.startsWith('//')

/** Where the session ended, or the first page. */
function useEnter() {
  const { queries, conversation } = useServices()
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const router = useRouter()
  return async () => {
    // Whoever was signed in before in this tab leaves nothing for the next.
    queries.clear()
    conversation.clear()
    if (isOwn(from)) router.history.push(`/console${from}`)
    else await navigate({ to: '/' })
  }
}

export function SignInPage() {
  const { signIn } = useMessages()
  const { error, provider } = useSearch({ from: '/sign-in' })
  const [ticket, setTicket] = useState(ticketInAddress)
  const needsSetup = useProviders().data?.needsSetup === true
  if (needsSetup) return <Navigate to="/setup" replace />
  return (
    <Door title={signIn.title} footer={ticket === null && <p>{signIn.hint}</p>}>
      {ticket === null ? (
        <>
          <FederationNote failure={error} provider={provider} />
          <PasswordForm onTicket={setTicket} />
          <OtherWays />
        </>
      ) : (
        <CodeForm ticket={ticket} onCancel={() => setTicket(null)} />
      )}
    </Door>
  )
}

function OtherWays() {
  const { from } = useSearch({ from: '/sign-in' })
  const enter = useEnter()
  return (
    <div className="space-y-3">
      <Or />
      <PasskeyButton onSignedIn={enter} />
      <ProviderButtons body={isOwn(from) ? { from } : {}} />
    </div>
  )
}

function PasswordForm({ onTicket }: { onTicket: (ticket: string) => void }) {
  const { signIn } = useMessages()
  const { session } = useServices()
  const enter = useEnter()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const pending = await session.signIn(textOf(form, 'email'), textOf(form, 'password'))
    if (pending) onTicket(pending.ticket)
    else await enter()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <TextField
        label={signIn.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus
      />
      <TextField
        label={signIn.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
      />
      {error !== null && (
        <ErrorNote error={error} {...(isMismatch(error) ? { text: signIn.rejected } : {})} />
      )}
      <Button
        data-action="sign-in"
        type="submit"
        look="primary"
        disabled={isBusy}
        className="h-9 w-full"
      >
        {isBusy ? signIn.submitting : signIn.submit}
      </Button>
      <p className="text-center text-sm">
        <Link to="/forgot-password" className="text-accent underline underline-offset-2">
          {signIn.forgot}
        </Link>
      </p>
    </form>
  )
}

function CodeForm({ ticket, onCancel }: { ticket: string; onCancel: () => void }) {
  const { signIn, common } = useMessages()
  const { session } = useServices()
  const enter = useEnter()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    await session.verify(ticket, textOf(form, 'code'))
    await enter()
  })
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <TextField
        label={signIn.code}
        hint={signIn.codeHint}
        name="code"
        autoComplete="one-time-code"
        required
        autoFocus
      />
      {error !== null && (
        <ErrorNote error={error} {...(isMismatch(error) ? { text: signIn.codeRejected } : {})} />
      )}
      <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
        {isBusy ? signIn.submitting : signIn.submit}
      </Button>
      <Button onClick={onCancel} className="h-9 w-full">
        {common.cancel}
      </Button>
    </form>
  )
}
