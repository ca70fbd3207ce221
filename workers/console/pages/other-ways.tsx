/** Ways in beside a password: a passkey, and the providers that are offered. */
import { useState } from 'react'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import type { FederatedSignIn, ProviderId } from '../../identity/federation-schemas.ts'
import { hasPasskeys } from '../lib/passkeys.ts'
import { useServices } from '../lib/services.tsx'
import { signInThrough, useProviders } from '../lib/sign-in-ways.ts'
import { useMessages } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'

export function PasskeyButton({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const { ways } = useMessages()
  const { session } = useServices()
  const { run, error, isBusy } = useClick(async () => {
    if (await session.signInWithPasskey()) await onSignedIn()
  })
  if (!hasPasskeys()) return null
  const isUnknown = error instanceof VoiceAssistError && error.code === 'unauthenticated'
  return (
    <>
      <Button onClick={run} disabled={isBusy} className="h-9 w-full">
        {ways.passkey}
      </Button>
      {error !== null && (
        <ErrorNote error={error} {...(isUnknown ? { text: ways.passkeyRejected } : {})} />
      )}
    </>
  )
}

/** Nothing where none is offered, or while nobody knows: the other ways are there all the same. */
export function ProviderButtons({ body }: { body: FederatedSignIn }) {
  const { data } = useProviders()
  return data?.items.map(({ id, name }) => (
    <ProviderButton key={id} id={id} name={name} body={body} />
  ))
}

interface ProviderButtonProps {
  id: ProviderId
  name: string
  body: FederatedSignIn
}

function ProviderButton({ id, name, body }: ProviderButtonProps) {
  const { ways } = useMessages()
  const { run, error, isBusy } = useClick(() => signInThrough(id, body))
  return (
    <>
      <Button onClick={run} disabled={isBusy} className="h-9 w-full">
        {ways.continueWith(name)}
      </Button>
      {error !== null && <ErrorNote error={error} />}
    </>
  )
}

/** Between the form and the other ways. */
export function Or() {
  const { ways } = useMessages()
  return (
    <p className="flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {ways.or}
    </p>
  )
}

function useClick(work: () => Promise<void>) {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const start = async () => {
    setBusy(true)
    setError(null)
    await work()
      .catch(setError)
      .finally(() => setBusy(false))
  }
  return { run: () => void start(), error, isBusy }
}
