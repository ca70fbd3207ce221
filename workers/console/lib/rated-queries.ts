/** Rated answers, and cases made of them, over the client and the query cache. */
import { useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { useServices } from './services.tsx'

const PAGE_SIZE = 50

export interface RatedFilter {
  /** Ratings down to and up to which they are listed; all when left out. */
  least?: number | undefined
  most?: number | undefined
  /** Words of the reason. */
  reason?: string | undefined
}

export function useRated({ least, most, reason }: RatedFilter) {
  const { client } = useServices()
  const filter = {
    limit: PAGE_SIZE,
    ...(least !== undefined && { minRating: least }),
    ...(most !== undefined && { maxRating: most }),
    ...(reason && { reason }),
  }
  return useInfiniteQuery({
    queryKey: ['rated-answers', filter],
    queryFn: ({ pageParam, signal }) =>
      client.answers.rated({ ...filter, ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 0,
  })
}

/** Titles of documents by id; those that are gone, or are not the reader's to see, have none. */
export function useTitles(ids: readonly string[]): ReadonlyMap<string, string> {
  const { client } = useServices()
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['document', id],
      queryFn: () => client.documents.get(id),
    })),
    combine: (found) => new Map(found.flatMap(({ data }) => (data ? [[data.id, data.title]] : []))),
  })
}
