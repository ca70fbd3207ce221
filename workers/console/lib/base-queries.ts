/** Knowledge bases and what can be done about them, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import type { Base, NewBase } from '../../knowledge/base-schemas.ts'
import { BASES } from './document-cache.ts'
import { useServices } from './services.tsx'

/** @param mayRead Those who may not are not asked for. */
export function useBases(mayRead: boolean) {
  const { client } = useServices()
  return useQuery({
    queryKey: BASES,
    queryFn: async ({ signal }) => (await client.bases.list(signal)).items,
    enabled: mayRead,
  })
}

/** Each throws VoiceAssistError, for the form that asked to show. */
export function useBaseActions() {
  const { client, queries } = useServices()
  const refresh = () => queries.invalidateQueries({ queryKey: BASES })
  return {
    create: async (base: Partial<NewBase> & { name: string }): Promise<Base> => {
      const made = await client.bases.create(base)
      await refresh()
      return made
    },
  }
}
