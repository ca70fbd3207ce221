/** OAuth clients and what can be done to one, and one's own consents, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import type {
  NewOAuthClient,
  OAuthClient,
  OAuthClientSecret,
} from '../../identity/oauth-client-schemas.ts'
import { useApplicationMessages } from '../messages/applications.ts'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const APPLICATIONS = ['applications'] as const
const CONSENTS = ['account', 'consents'] as const
const PAGE_SIZE = 50

/** Whether a list failed because this deployment takes no applications at all. */
export const isOff = (error: unknown): boolean =>
  error instanceof VoiceAssistError && error.code === 'not_found'

export function useApplications() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: APPLICATIONS,
    queryFn: ({ pageParam: cursor, signal }) =>
      client.applications.page({ limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

/** Each throws VoiceAssistError, for the question that asked to show. */
export function useApplicationActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const applications = useApplicationMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: APPLICATIONS })
  /** @returns with the secret, which no later answer has */
  const register = async (wanted: NewOAuthClient): Promise<OAuthClientSecret> => {
    const made = await client.applications.register(wanted)
    void refresh()
    return made
  }
  /** @returns with its new secret */
  const rotate = async (id: string, overlapHours: number): Promise<OAuthClientSecret> => {
    const made = await client.applications.rotate(id, { overlapHours })
    void refresh()
    return made
  }
  const revoke = async ({ id, name }: OAuthClient): Promise<void> => {
    await client.applications.revoke(id)
    succeed(applications.revokedDone(name))
    await refresh()
  }
  return { register, rotate, revoke }
}

export function useConsents() {
  const { client } = useServices()
  return useQuery({ queryKey: CONSENTS, queryFn: () => client.account.consents.list() })
}

/** Shuts an application out, and says whether that worked. */
export function useWithdrawConsent() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const { consents } = useApplicationMessages()
  return async (application: { id: string; name: string }) => {
    try {
      await client.account.consents.withdraw(application.id)
      succeed(consents.withdrawn(application.name))
    } catch (thrown) {
      fail(consents.notWithdrawn(application.name), thrown)
    } finally {
      void queries.invalidateQueries({ queryKey: CONSENTS })
    }
  }
}
