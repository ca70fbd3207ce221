/** Voice sessions and what can be done about them, over the client and the query cache. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { VoiceSessionQuery } from '../../../sdk/voice-sessions.ts'
import type { VoiceSettings } from '../../voice/history-schemas.ts'
import type { SessionsSearch } from './search.ts'
import { useServices } from './services.tsx'

const SESSIONS = ['voice-sessions'] as const
const SETTINGS = ['voice-settings'] as const
const PAGE_SIZE = 25

/** Sessions begin and end by themselves; the list follows while somebody looks at it. */
const REFRESH_MS = 5000

export type SessionFilter = Omit<SessionsSearch, 'id'>

export function useVoiceSessions({ state, q, recorded }: SessionFilter) {
  const { client } = useServices()
  const filter: Pick<VoiceSessionQuery, 'state' | 'q' | 'recorded'> = {
    ...(isState(state) && { state }),
    ...(q && { q }),
    ...(recorded && { recorded: 'true' }),
  }
  return useInfiniteQuery({
    queryKey: [...SESSIONS, filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      client.voiceSessions.page({ ...filter, limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor: cursor }) => cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
}

const isState = (text: string | undefined): text is 'live' | 'ended' =>
  text === 'live' || text === 'ended'

export function useVoiceTranscript(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...SESSIONS, id],
    queryFn: ({ signal }) => client.voiceSessions.get(id, signal),
    refetchInterval: ({ state }) => (state.data?.session.state === 'live' ? REFRESH_MS : false),
  })
}

export function useVoiceSettings() {
  const { client } = useServices()
  return useQuery({ queryKey: SETTINGS, queryFn: () => client.voiceSessions.settings() })
}

export function useVoiceSessionActions() {
  const { client } = useServices()
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: SESSIONS })
  return {
    hangUp: async (id: string) => {
      await client.voiceSessions.hangUp(id)
      await refresh()
    },
    remove: async (id: string) => {
      await client.voiceSessions.remove(id)
      await refresh()
    },
    recording: (id: string) => client.voiceSessions.recording(id),
    setSettings: async (settings: VoiceSettings) => {
      cache.setQueryData(SETTINGS, await client.voiceSessions.setSettings(settings))
    },
  }
}
