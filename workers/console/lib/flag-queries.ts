/** The flags and what can be done to one, over the client and the query cache. */
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query'
import type { Flag, FlagPage, NewFlag } from '../../flags/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const FLAGS = ['flags'] as const
const PAGE_SIZE = 100

export function useFlags() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: FLAGS,
    queryFn: ({ pageParam, signal }) =>
      client.flags.page({ limit: PAGE_SIZE, signal, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

export function useFlagActions() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const { flags } = useMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: FLAGS })
  const replace = (name: string, change: (flag: Flag) => Flag) => {
    const inPage = (page: FlagPage): FlagPage => ({
      ...page,
      items: page.items.map((flag) => (flag.name === name ? change(flag) : flag)),
    })
    queries.setQueryData<InfiniteData<FlagPage, string>>(FLAGS, (data) =>
      data ? { ...data, pages: data.pages.map(inPage) } : data,
    )
  }

  /** Shown as switched at once; a refusal switches it back and says so. */
  const toggle = async ({ name, enabled }: Flag) => {
    await queries.cancelQueries({ queryKey: FLAGS })
    replace(name, (flag) => ({ ...flag, enabled: !enabled }))
    try {
      const stored = await client.flags.toggle(name, !enabled)
      replace(name, () => stored)
    } catch (thrown) {
      replace(name, (flag) => ({ ...flag, enabled }))
      fail(flags.rolledBack(name), thrown)
    }
  }

  /** @throws VoiceAssistError, for the form to show */
  const create = async (flag: Pick<NewFlag, 'name'> & Partial<NewFlag>) => {
    await client.flags.create(flag)
    await refresh()
  }

  /** @throws VoiceAssistError, for the question that asked to show */
  const remove = async ({ name }: Flag) => {
    await client.flags.remove(name)
    succeed(flags.deleted(name))
    await refresh()
  }

  return { toggle, create, remove }
}
