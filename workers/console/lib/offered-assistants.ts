/** The assistants one may talk to. Making and changing them is assistant-queries.ts. */
import { useQuery } from '@tanstack/react-query'
import { useServices } from './services.tsx'

/** First of the keys of all that is asked about assistants. */
export const ASSISTANTS = ['assistants'] as const

export function useOfferedAssistants() {
  const { client } = useServices()
  return useQuery({
    queryKey: [...ASSISTANTS, 'offered'],
    queryFn: ({ signal }) => client.assistants.offered(signal),
  })
}
