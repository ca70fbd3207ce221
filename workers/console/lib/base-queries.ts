/** Knowledge bases and what can be done about them, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import type { Gate, Publish } from '../../evals/publish-schemas.ts'
import type { Base, NewBase } from '../../knowledge/base-schemas.ts'
import { BASES } from './document-cache.ts'
import { useServices } from './services.tsx'

/** @param mayRead Those who may not are not asked for. */
export function useBases(mayRead: boolean) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...BASES, 'list'],
    queryFn: async ({ signal }) => (await client.bases.list(signal)).items,
    enabled: mayRead,
  })
}

/** What has to be measured before it is published: asked anew each time it is looked at. */
export function useGate(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...BASES, 'gate', id],
    queryFn: ({ signal }) => client.bases.gate(id, signal),
    staleTime: 0,
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
    setGate: async (id: string, gate: Gate | null) => {
      await (gate ? client.bases.setGate(id, gate) : client.bases.removeGate(id))
      await refresh()
    },
    publish: async (id: string, publication: Publish) => {
      await client.bases.publish(id, publication)
      await refresh()
    },
    withdraw: async (id: string) => {
      await client.bases.change(id, { draft: true })
      await refresh()
    },
  }
}
