/** How the deployment is doing, over the client and the query cache. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { AuditRecord } from '../../audit/schemas.ts'
import type { Period } from '../../ops/schemas.ts'
import { usePermission } from './hooks.ts'
import { useServices } from './services.tsx'

/** Milliseconds between two looks, while the page is looked at. */
const REFRESH_MS = 15_000

export function useOverview(period: Period) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['overview', period],
    queryFn: ({ signal }) => client.operations.overview(period, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
}

/** Days that funnels are summed over. */
export const JOURNEY_DAYS = 30

export function useJourneys() {
  const { client } = useServices()
  return useQuery({
    queryKey: ['journeys'],
    queryFn: ({ signal }) => client.operations.journeys(JOURNEY_DAYS, signal),
    refetchInterval: REFRESH_MS,
  })
}

/** Entries that are looked through, and changes that are shown. */
const RECENT = { entries: 100, changes: 8 }

/** What was changed on purpose; who signed in or read something changed nothing. */
const CHANGES = /^(flag|role|member|team|tenant|apikey|oauth\.client)\./

/** The newest changes of the organization one is in; none for who may not read its log. */
export function useRecentChanges() {
  const { client } = useServices()
  const mayRead = usePermission('audit.read')
  return useQuery({
    queryKey: ['audit', 'changes'],
    queryFn: async ({ signal }) => {
      const { items } = await client.audit.page({ limit: RECENT.entries, outcome: 'ok', signal })
      return items.filter(isChange).slice(0, RECENT.changes)
    },
    enabled: mayRead,
    refetchInterval: REFRESH_MS,
  })
}

const isChange = ({ entry }: AuditRecord) => CHANGES.test(entry.event)
