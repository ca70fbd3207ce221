/** The current tenant and what can be done to it, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useRefreshAccount } from './account-queries.ts'
import { useServices } from './services.tsx'

const TENANT = ['tenant'] as const

export function useTenant() {
  const { client } = useServices()
  return useQuery({ queryKey: TENANT, queryFn: () => client.tenants.current() })
}

/** Each throws VoiceAssistError, for the form that asked to show. */
export function useTenantActions() {
  const { client, queries, session } = useServices()
  const { succeed } = useToasts()
  const { organization } = useMessages()
  const account = useRefreshAccount()
  const refresh = () => queries.invalidateQueries({ queryKey: TENANT })
  const rename = async (name: string) => {
    await client.tenants.rename(name)
    succeed(organization.renamed)
    await Promise.all([refresh(), account.tenants(), session.refresh()])
  }
  /** @param name Typed by hand */
  const requestDeletion = async (name: string) => {
    await client.tenants.requestDeletion(name)
    await refresh()
  }
  const cancelDeletion = async () => {
    await client.tenants.cancelDeletion()
    succeed(organization.kept)
    await refresh()
  }
  return { rename, requestDeletion, cancelDeletion }
}
