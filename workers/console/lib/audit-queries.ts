/** The audit log as pages, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { AuditFilter } from '../../audit/schemas.ts'
import { useServices } from './services.tsx'

const PAGE_SIZE = 50

export function useAuditEntries(filter: AuditFilter) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.audit.page({ ...filter, limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}
