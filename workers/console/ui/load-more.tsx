/** The way to the next page of a list, where there is one. */
import { useMessages } from '../messages/locale.tsx'
import { Button } from './button.tsx'

interface LoadMoreProps {
  query: {
    hasNextPage: boolean
    isFetchingNextPage: boolean
    fetchNextPage: () => Promise<unknown>
  }
}

export function LoadMore({ query }: LoadMoreProps) {
  const { common } = useMessages()
  if (!query.hasNextPage) return null
  return (
    <div className="mt-3 text-center">
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {common.loadMore}
      </Button>
    </div>
  )
}
