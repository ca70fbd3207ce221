/** Kept traces as pages, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { TraceFilter, TraceReach } from '../../../sdk/traces.ts'
import { useServices } from './services.tsx'

const PAGE_SIZE = 50

export function useTraces(filter: TraceFilter, reach: TraceReach) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: ['traces', reach, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.traces.page({
        ...filter,
        reach,
        limit: PAGE_SIZE,
        signal,
        ...(cursor && { cursor }),
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useTrace(traceId: string, reach: TraceReach) {
  const { client } = useServices()
  return useQuery({
    queryKey: ['trace', reach, traceId],
    queryFn: ({ signal }) => client.traces.get(traceId, reach, signal),
  })
}
