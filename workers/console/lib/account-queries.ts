/** The own account and tenants, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import { useServices } from './services.tsx'

const PROFILE = ['account', 'profile'] as const
const TWO_FACTOR = ['account', 'two-factor'] as const
const SESSIONS = ['account', 'sessions'] as const
const TENANTS = ['account', 'tenants'] as const

export function useProfile() {
  const { client } = useServices()
  return useQuery({ queryKey: PROFILE, queryFn: () => client.account.get() })
}

export function useTwoFactor() {
  const { client } = useServices()
  return useQuery({ queryKey: TWO_FACTOR, queryFn: () => client.account.twoFactor.get() })
}

export function useOpenSessions() {
  const { client } = useServices()
  return useQuery({ queryKey: SESSIONS, queryFn: () => client.account.sessions.list() })
}

export function useTenants() {
  const { client } = useServices()
  return useQuery({ queryKey: TENANTS, queryFn: () => client.tenants.list() })
}

/** Each asks the server anew and resolves when the answer is shown. */
export function useRefreshAccount() {
  const { queries } = useServices()
  const refresh = (queryKey: readonly string[]) => queries.invalidateQueries({ queryKey })
  return {
    profile: () => refresh(PROFILE),
    twoFactor: () => refresh(TWO_FACTOR),
    sessions: () => refresh(SESSIONS),
    tenants: () => refresh(TENANTS),
  }
}
