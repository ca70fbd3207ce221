/** Conversations with assistants as pages, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ConversationFilter, ConversationReach } from '../../../sdk/conversations.ts'
import type { Conversation } from '../../assistant/schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { useToasts } from '../ui/toasts.tsx'
import { saveFile } from './download.ts'
import { useServices } from './services.tsx'

const CONVERSATIONS = ['conversations'] as const
const PAGE_SIZE = 50

const next = ({ next_cursor }: { next_cursor: string | null }) => next_cursor ?? undefined

export function useConversations(filter: ConversationFilter, reach: ConversationReach) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...CONVERSATIONS, reach, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.conversations.page({
        ...filter,
        reach,
        limit: PAGE_SIZE,
        signal,
        ...(cursor && { cursor }),
      }),
    initialPageParam: '',
    getNextPageParam: next,
    placeholderData: keepPreviousData,
  })
}

export function useConversation(id: string, reach: ConversationReach) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...CONVERSATIONS, reach, id],
    queryFn: ({ signal }) => client.conversations.get(id, reach, signal),
  })
}

export function useConversationMessages(id: string, reach: ConversationReach) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...CONVERSATIONS, reach, id, 'messages'],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.conversations.messages(id, reach, {
        limit: PAGE_SIZE,
        signal,
        ...(cursor && { cursor }),
      }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

/** Each throws VoiceAssistError. */
export function useConversationActions(reach: ConversationReach) {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const { conversations } = useLateMessages()
  return {
    save: async ({ id }: Conversation) => {
      saveFile(`conversation-${id}.json`, await client.conversations.export(id, reach))
    },
    remove: async ({ id }: Conversation) => {
      await client.conversations.remove(id)
      succeed(conversations.removed)
      queries.removeQueries({ queryKey: [...CONVERSATIONS, 'own', id] })
      await queries.invalidateQueries({ queryKey: CONVERSATIONS })
    },
  }
}
