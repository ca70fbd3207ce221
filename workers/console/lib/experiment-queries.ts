/** Experiments and what is set of one, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { NewExperimentSettings } from '../../experiments/result-schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const EXPERIMENTS = ['experiments'] as const
const reportKey = (key: string, environment: string) => ['experiment', environment, key] as const

export function useExperiments(environment: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...EXPERIMENTS, environment],
    queryFn: ({ pageParam, signal }) =>
      client.experiments.page({ environment, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

/** @param phase An earlier one; the present one when undefined */
export function useReport(key: string, environment: string, phase: number | undefined) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...reportKey(key, environment), ...inPhase(phase)],
    queryFn: () => client.experiments.report(key, { environment, phase }),
  })
}

export function useExposures(key: string, environment: string, phase: number | undefined) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...reportKey(key, environment), ...inPhase(phase), 'exposures'],
    queryFn: () => client.experiments.exposures(key, { environment, phase }),
  })
}

/** Which phases it has had, the newest first. */
export function usePhases(key: string, environment: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...reportKey(key, environment), 'phases'],
    queryFn: () => client.experiments.phases(key, { environment }),
  })
}

const inPhase = (phase: number | undefined) => (phase === undefined ? [] : ['phase', phase])

export function useExperimentActions(key: string, environment: string) {
  const { client, queries } = useServices()
  const { succeed } = useToasts()
  const { experiments } = useLateMessages()

  /** @throws VoiceAssistError, for the form to show */
  const configure = async (settings: Partial<NewExperimentSettings>) => {
    const report = await client.experiments.configure(key, settings, { environment })
    queries.setQueryData(reportKey(key, environment), report)
    await queries.invalidateQueries({ queryKey: EXPERIMENTS })
    succeed(experiments.settings.saved)
  }

  return { configure }
}
