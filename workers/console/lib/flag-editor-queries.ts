/** One flag with all that hangs on it, and what can be done about it, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import type { FlagSettings } from '../../flags/model-schemas.ts'
import type { NewSchedule } from '../../flags/schedule-schemas.ts'
import type { Flag } from '../../flags/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { type CountPeriod, windowOf } from './flag-counts.ts'
import { useServices } from './services.tsx'

const keyOf = (name: string) => ['flag', name] as const

export function useFlag(name: string) {
  const { client } = useServices()
  return useQuery({ queryKey: [...keyOf(name), 'itself'], queryFn: () => client.flags.get(name) })
}

export function useHistory(name: string) {
  const { flagChanges } = useServices().client
  return useQuery({
    queryKey: [...keyOf(name), 'history'],
    queryFn: () => flagChanges.history(name),
  })
}

export function useDiff(name: string, version: number) {
  const { flagChanges } = useServices().client
  return useQuery({
    queryKey: [...keyOf(name), 'diff', version],
    queryFn: () => flagChanges.diff(name, version),
  })
}

export function useDrafts(name: string) {
  const { flagChanges } = useServices().client
  return useQuery({ queryKey: [...keyOf(name), 'drafts'], queryFn: () => flagChanges.drafts(name) })
}

export function useOverrides(name: string, environment: string) {
  const { flagChanges } = useServices().client
  return useQuery({
    queryKey: [...keyOf(name), 'overrides', environment],
    queryFn: () => flagChanges.overrides(name, environment),
  })
}

export function useSchedules(name: string, environment: string) {
  const { flagChanges } = useServices().client
  return useQuery({
    queryKey: [...keyOf(name), 'schedules', environment],
    queryFn: () => flagChanges.schedules(name, environment),
  })
}

export function useCounts(name: string, environment: string, period: CountPeriod) {
  const { flags } = useServices().client
  return useQuery({
    queryKey: [...keyOf(name), 'counts', environment, period],
    queryFn: () => flags.analytics(name, { environment, ...windowOf(period, Date.now()) }),
  })
}

/** Those that come from a form throw VoiceAssistError, for it to show; a click that fails says so in a toast. */
export function useFlagEditor(name: string) {
  const { client, queries } = useServices()
  const { fail, succeed } = useToasts()
  const { flag: words } = useMessages()
  const { flagChanges } = client
  const refresh = async () => {
    await Promise.all(
      [keyOf(name), ['flags']].map((queryKey) => queries.invalidateQueries({ queryKey })),
    )
  }
  const thenRefresh = async (work: Promise<unknown>, done?: string) => {
    await work
    if (done !== undefined) succeed(done)
    await refresh()
  }
  const click = (work: Promise<unknown>, done?: string) =>
    void thenRefresh(work, done).catch((error: unknown) => fail(words.failed, error))
  const withSettings = ({ version }: Flag, environment: string, settings: FlagSettings) => ({
    version,
    environments: { [environment]: settings },
  })
  return {
    publish: (flag: Flag, environment: string, settings: FlagSettings, comment = '') =>
      thenRefresh(
        client.flags.update(name, { ...withSettings(flag, environment, settings), comment }),
        words.rules.published,
      ),
    propose: (flag: Flag, environment: string, settings: FlagSettings, comment: string) => {
      const { name: _name, version: _version, createdAt: _made, updatedAt: _at, ...document } = flag
      const environments = { ...document.environments, [environment]: settings }
      const draft = { document: { ...document, environments }, comment }
      return thenRefresh(flagChanges.propose(name, draft), words.rules.proposed)
    },
    setOverride: (override: Parameters<typeof flagChanges.setOverride>[1]) =>
      thenRefresh(flagChanges.setOverride(name, override)),
    schedule: (schedule: NewSchedule) => thenRefresh(flagChanges.schedule(name, schedule)),
    removeOverride: (environment: string, unit: string) =>
      click(flagChanges.removeOverride(name, environment, unit)),
    moveSchedule: (id: string, how: 'pause' | 'resume' | 'cancel') =>
      click(flagChanges.moveSchedule(id, how)),
    approve: (draft: string) => click(flagChanges.approve(name, draft)),
    publishDraft: (draft: string) => click(flagChanges.publish(name, draft)),
    /** @throws VoiceAssistError, for the form to show */
    publishUnapproved: (draft: string, reason: string) =>
      thenRefresh(flagChanges.publish(name, draft, reason), words.rules.published),
    discard: (draft: string) => click(flagChanges.discard(name, draft)),
    restore: (version: number) =>
      click(flagChanges.restore(name, version), words.history.restored(version)),
    toggle: (isOn: boolean) => click(client.flags.toggle(name, isOn)),
  }
}
