/** Teams, who is in them, and what can be done about it, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Team } from '../../teams/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const TEAMS = ['teams'] as const
const PAGE_SIZE = 50

const next = ({ nextCursor }: { nextCursor: string | null }) => nextCursor ?? undefined

export function useTeams() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...TEAMS, 'list'],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.teams.page({ limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

export function useTeam(id: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...TEAMS, id], queryFn: () => client.teams.get(id) })
}

export function useTeamMembers(id: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...TEAMS, id, 'members'],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.teams.members(id, { limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

/** Each throws VoiceAssistError, for the question that asked to show. */
export function useTeamActions() {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const { teams } = useMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: TEAMS })
  return {
    create: async (name: string): Promise<Team> => {
      const made = await client.teams.create(name)
      void refresh()
      return made
    },
    rename: async (id: string, name: string) => {
      await client.teams.rename(id, name)
      await refresh()
    },
    remove: async ({ id, name }: Team) => {
      await client.teams.remove(id)
      succeed(teams.removedDone(name))
      queries.removeQueries({ queryKey: [...TEAMS, id] })
      await refresh()
    },
    addMember: async (id: string, userId: string) => {
      await client.teams.addMember(id, userId)
      await refresh()
    },
    removeMember: async (id: string, userId: string) => {
      await client.teams.removeMember(id, userId)
      await refresh()
    },
  }
}
