/** Assistants and their versions, and what can be done about them, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type {
  Assistant,
  AssistantChange,
  AssistantContent,
} from '../../assistant/assistant-schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { useToasts } from '../ui/toasts.tsx'
import { ASSISTANTS } from './offered-assistants.ts'
import { useServices } from './services.tsx'

const PAGE_SIZE = 50

const next = ({ next_cursor }: { next_cursor: string | null }) => next_cursor ?? undefined

export function useAssistants(isArchived: boolean) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...ASSISTANTS, 'list', isArchived],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.assistants.page({
        limit: PAGE_SIZE,
        archived: isArchived ? 'true' : 'false',
        signal,
        ...(cursor && { cursor }),
      }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

export function useAssistant(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...ASSISTANTS, id],
    queryFn: ({ signal }) => client.assistants.get(id, signal),
    // A form over it must not change while somebody types.
    refetchOnWindowFocus: false,
  })
}

export function useAssistantOptions() {
  const { client } = useServices()
  return useQuery({
    queryKey: ['assistant-options'],
    queryFn: ({ signal }) => client.assistants.options(signal),
  })
}

export function useAssistantVersions(id: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...ASSISTANTS, id, 'versions'],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.assistants.versions(id, { limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

/** Each throws VoiceAssistError, for the form that asked to show. */
export function useAssistantActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const { assistants } = useLateMessages()
  const keep = async (changed: Assistant, said: string) => {
    queries.setQueryData([...ASSISTANTS, changed.id], changed)
    succeed(said)
    await Promise.all([
      queries.invalidateQueries({ queryKey: [...ASSISTANTS, 'list'] }),
      queries.invalidateQueries({ queryKey: [...ASSISTANTS, 'offered'] }),
      queries.invalidateQueries({ queryKey: [...ASSISTANTS, changed.id, 'versions'] }),
    ])
  }
  return {
    create: async (slug: string, name: string): Promise<Assistant> => {
      const made = await client.assistants.create(slug, { name })
      await keep(made, assistants.saved(made.version))
      return made
    },
    save: async (id: string, version: number, content: AssistantContent, comment: string) => {
      const saved = await client.assistants.save(id, { content, comment, version })
      await keep(saved, assistants.saved(saved.version))
    },
    rollBack: async (id: string, version: number) => {
      const saved = await client.assistants.rollBack(id, version)
      await keep(saved, assistants.saved(saved.version))
    },
    change: async (id: string, change: AssistantChange) => {
      await keep(await client.assistants.change(id, change), assistants.changed)
    },
    reload: (id: string) => queries.invalidateQueries({ queryKey: [...ASSISTANTS, id] }),
    remove: async ({ id, content }: Assistant) => {
      await client.assistants.remove(id)
      succeed(assistants.removed(content.name))
      queries.removeQueries({ queryKey: [...ASSISTANTS, id] })
      await queries.invalidateQueries({ queryKey: [...ASSISTANTS, 'list'] })
    },
  }
}
