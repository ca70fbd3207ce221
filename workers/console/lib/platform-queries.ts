/** Accounts and tenants in the hands of those who run the platform, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type {
  Account,
  NewBan,
  NewImpersonation,
  TenantPlan,
} from '../../identity/platform-schemas.ts'
import { usePlatformMessages } from '../messages/platform.ts'
import { useToasts } from '../ui/toasts.tsx'
import { changeTenant } from './change-tenant.ts'
import { useServices } from './services.tsx'

const ACCOUNTS = ['platform', 'accounts'] as const
const TENANTS = ['platform', 'tenants'] as const
const PLANS = ['platform', 'plans'] as const
const PAGE_SIZE = 50

/** @param email The whole address; empty asks for nobody */
export function useAccount(email: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...ACCOUNTS, email],
    queryFn: () => client.platform.findAccount(email),
    enabled: email !== '',
  })
}

export function useTenantCounts() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: TENANTS,
    queryFn: ({ pageParam: cursor, signal }) =>
      client.platform.tenants({ limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

export function usePlan(tenantId: string) {
  const { client } = useServices()
  const queryFn = () => client.platform.plan(tenantId)
  return useQuery({ queryKey: [...PLANS, tenantId], queryFn })
}

/** Each throws VoiceAssistError, for the question that asked to show. */
export function usePlatformActions() {
  const services = useServices()
  const { client, queries, session } = services
  const { succeed } = useToasts()
  const platform = usePlatformMessages()
  const navigate = useNavigate()
  const refresh = () => queries.invalidateQueries({ queryKey: ACCOUNTS })
  return {
    ban: async ({ id, email }: Account, ban: NewBan) => {
      await client.platform.ban(id, ban)
      succeed(platform.bans.banned(email))
      await refresh()
    },
    liftBan: async ({ id, email }: Account) => {
      await client.platform.liftBan(id)
      succeed(platform.bans.lifted(email))
      await refresh()
    },
    actAs: async (member: NewImpersonation) => {
      const acting = await client.platform.actAs(member)
      // Before the cache is asked anew: what this page shows is not for whoever one acts as.
      session.adopt(acting)
      await navigate({ to: '/' })
      await changeTenant(services, acting)
    },
    setPlan: async (tenantId: string, plan: TenantPlan['plan']) => {
      await client.platform.setPlan(tenantId, plan)
      succeed(platform.plans.saved)
      await queries.invalidateQueries({ queryKey: PLANS })
    },
  }
}
