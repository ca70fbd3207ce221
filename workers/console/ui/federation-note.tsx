/** Why a provider's sign-in came back without one. */
import type { FederationFailure } from '../../identity/federation-schemas.ts'
import { useProviders } from '../lib/sign-in-ways.ts'
import { useMessages } from '../messages/locale.tsx'
import { ErrorNote } from './error-note.tsx'

interface FederationNoteProps {
  /** As it stands in the address. */
  failure: string | undefined
  provider: string | undefined
}

export function FederationNote({ failure, provider = '' }: FederationNoteProps) {
  const { failures } = useMessages().ways
  const providers = useProviders().data?.items ?? []
  if (failure === undefined) return null
  const name = providers.find(({ id }) => id === provider)?.name ?? provider
  const say = isKnown(failure, failures) ? failures[failure] : failures.failed
  return <ErrorNote error={null} text={say(name)} />
}

const isKnown = (text: string, known: object): text is FederationFailure =>
  Object.hasOwn(known, text)
