/** Ways to sign in beside a password, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import { createTransport } from '../../../sdk/transport.ts'
import type {
  Departure,
  FederatedSignIn,
  ProviderId,
  ProviderList,
} from '../../identity/federation-schemas.ts'
import { useServices } from './services.tsx'

const PASSKEYS = ['account', 'passkeys'] as const
const LINKED = ['account', 'linked-accounts'] as const

const transport = createTransport({ url: '' })

/** The providers this deployment offers; nobody need be signed in. */
export const useProviders = () =>
  useQuery({
    queryKey: ['providers'],
    queryFn: () => transport.json<ProviderList>('/api/auth/providers'),
  })

/** Leaves the console for the provider's page. */
export async function signInThrough(id: ProviderId, body: FederatedSignIn): Promise<void> {
  const path = `/api/auth/sign-in/provider/${id}`
  const { url } = await transport.json<Departure>(path, { method: 'POST', body })
  window.location.assign(url)
}

/** What a provider's sign-in came back with when a code is needed; the fragment of the address. */
export const ticketInAddress = (): string | null =>
  new URLSearchParams(window.location.hash.slice(1)).get('ticket')

export function usePasskeys() {
  const { client } = useServices()
  return useQuery({ queryKey: PASSKEYS, queryFn: () => client.account.passkeys.list() })
}

export function useLinkedAccounts() {
  const { client } = useServices()
  return useQuery({ queryKey: LINKED, queryFn: () => client.account.linkedAccounts.list() })
}

/** Each asks the server anew and resolves when the answer is shown. */
export function useRefreshWays() {
  const { queries } = useServices()
  const refresh = (queryKey: readonly string[]) => queries.invalidateQueries({ queryKey })
  return { passkeys: () => refresh(PASSKEYS), linked: () => refresh(LINKED) }
}
