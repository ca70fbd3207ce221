/** API keys and what can be done to one, over the client and the query cache. */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ApiKey, NewApiKey, Rotation } from '../../identity/api-key-schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const KEYS = ['api-keys'] as const
const PAGE_SIZE = 50

export function useKeys() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: KEYS,
    queryFn: ({ pageParam: cursor, signal }) =>
      client.apiKeys.page({ limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

/** Each throws VoiceAssistError, for the question that asked to show. */
export function useKeyActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const { keys } = useMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: KEYS })
  /** @returns the key, which no later answer has */
  const create = async (key: Pick<NewApiKey, 'name'> & Partial<NewApiKey>): Promise<string> => {
    const made = await client.apiKeys.create(key)
    void refresh()
    return made.key
  }
  /** @returns the key with its new secret */
  const rotate = async (id: string, rotation: Rotation): Promise<string> => {
    const { key } = await client.apiKeys.rotate(id, rotation)
    void refresh()
    return key
  }
  const revoke = async ({ id, name }: ApiKey): Promise<void> => {
    await client.apiKeys.revoke(id)
    succeed(keys.revokedDone(name))
    await refresh()
  }
  return { create, rotate, revoke }
}
