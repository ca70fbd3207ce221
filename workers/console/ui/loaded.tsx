/** What a query answered, or that it is on its way, or that it failed and can be tried again. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorNote } from './error-note.tsx'
import { Skeletons } from './page-states.tsx'

interface LoadedProps<Data> {
  query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'>
  /** How many lines stand there meanwhile: as many as are likely to come. */
  rows: number
  children: (data: Data) => ReactNode
}

export function Loaded<Data>({ query, rows, children }: LoadedProps<Data>) {
  const { data, error, refetch } = query
  if (data !== undefined) return children(data)
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />
  return <Skeletons rows={rows} />
}
