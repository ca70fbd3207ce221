/** Costs and the budget, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import type { Property, UsageFilter } from '../../usage/report-schemas.ts'
import type { Budget, BudgetChange } from '../../usage/schemas.ts'
import { useCostMessages } from '../messages/costs.ts'
import { useToasts } from '../ui/toasts.tsx'
import { usePermission } from './hooks.ts'
import { useServices } from './services.tsx'

const BUDGET = ['budget'] as const
const PAGE_SIZE = 50

/** What every report of the page is narrowed down to. */
export type CostChoice = UsageFilter & { from: string; to: string }

export function useCostSummary() {
  const { client } = useServices()
  return useQuery({
    queryKey: ['costs', 'summary'],
    queryFn: ({ signal }) => client.usage.summary(signal),
  })
}

export function useCostDays(by: Property, choice: CostChoice) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['costs', 'days', by, choice],
    queryFn: ({ signal }) => client.usage.days({ ...choice, by }, signal),
    placeholderData: keepPreviousData,
  })
}

export function useCostGroups(by: Property | 'tenant', choice: CostChoice) {
  const { client } = useServices()
  const { from, to } = choice
  return useQuery({
    queryKey: ['costs', 'groups', by, choice],
    queryFn: ({ signal }) =>
      by === 'tenant'
        ? client.usage.tenants({ from, to }, signal)
        : client.usage.report({ ...choice, by }, signal),
    placeholderData: keepPreviousData,
  })
}

export function useProviderCalls(choice: CostChoice) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: ['costs', 'calls', choice],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.usage.calls({ ...choice, limit: PAGE_SIZE, ...(cursor && { cursor }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

/** Names of the newest API keys by their id; none for who may not see keys. */
export function useKeyNames(): ReadonlyMap<string, string> {
  const { client } = useServices()
  const maySee = usePermission('key.manage')
  const { data } = useQuery({
    queryKey: ['costs', 'key-names'],
    queryFn: ({ signal }) => client.apiKeys.page({ limit: 100, signal }),
    enabled: maySee,
  })
  return new Map(data?.items.map(({ id, name }) => [id, name]))
}

export function useBudget() {
  const { client } = useServices()
  return useQuery({ queryKey: BUDGET, queryFn: ({ signal }) => client.usage.budget(signal) })
}

export function useBudgetActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const costs = useCostMessages()

  /** @throws VoiceAssistError; at a conflict the budget as it is now has been read */
  const save = async (change: BudgetChange): Promise<void> => {
    try {
      const saved: Budget = await client.usage.setBudget(change)
      queries.setQueryData(BUDGET, saved)
      succeed(costs.budget.saved)
    } catch (error) {
      if (isConflict(error)) await queries.invalidateQueries({ queryKey: BUDGET })
      throw error
    }
  }
  return { save }
}

export const isConflict = (error: unknown): boolean =>
  error instanceof VoiceAssistError && error.code === 'conflict'
