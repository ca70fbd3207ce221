/** What a question finds, and why something is not among it, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import { useServices } from './services.tsx'

export interface Sought {
  query: string
  kb: string | undefined
}

/** Chunks shown. */
export const SHOWN = 10

/** Asked anew each time it is opened: what is found may have changed. */
export function useSearchResult({ query, kb }: Sought) {
  const { client } = useServices()
  const options = { k: SHOWN, ...(kb && { kbs: [kb] }) }
  return useQuery({
    queryKey: ['search', query, kb ?? ''],
    queryFn: ({ signal }) => client.searches.find(query, options, signal),
    enabled: query !== '',
    staleTime: 0,
  })
}
