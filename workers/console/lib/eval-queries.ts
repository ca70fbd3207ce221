/** Evaluation sets, their cases and runs, and what can be done about them, over the client and the cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { isOver } from '../../../sdk/evals.ts'
import type {
  EvalRun,
  EvalSet,
  NewEvalCase,
  NewEvalRun,
  NewRatedCase,
} from '../../evals/schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const EVALS = ['evals'] as const
const PAGE_SIZE = 50
/** While a run is under way, and only while the tab is looked at. */
const POLL_MS = 1_000

const next = ({ nextCursor }: { nextCursor: string | null }) => nextCursor ?? undefined
const pageOf = (cursor: string, signal: AbortSignal) => {
  return { limit: PAGE_SIZE, signal, ...(cursor && { cursor }) }
}

export function useEvalSets() {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...EVALS, 'sets'],
    queryFn: ({ pageParam, signal }) => client.evals.sets(pageOf(pageParam, signal)),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

export function useEvalSet(id: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...EVALS, 'set', id],
    queryFn: ({ signal }) => client.evals.set(id, signal),
  })
}

export function useEvalCases(setId: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...EVALS, 'cases', setId],
    queryFn: ({ pageParam, signal }) => client.evals.cases(setId, pageOf(pageParam, signal)),
    initialPageParam: '',
    getNextPageParam: next,
  })
}

export function useEvalRuns(setId: string) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...EVALS, 'runs', setId],
    queryFn: ({ pageParam, signal }) => client.evals.runs(setId, pageOf(pageParam, signal)),
    initialPageParam: '',
    getNextPageParam: next,
    refetchInterval: ({ state }) => {
      const runs = state.data?.pages.flatMap(({ items }) => items) ?? []
      return runs.every(isOver) ? false : POLL_MS
    },
  })
}

export function useEvalComparison(base: string, other: string) {
  const { client } = useServices()
  return useQuery({
    queryKey: [...EVALS, 'comparison', base, other],
    queryFn: ({ signal }) => client.evals.compare(base, other, signal),
  })
}

/** Each throws VoiceAssistError, for the question that asked to show; unless it says a toast tells. */
export function useEvalActions() {
  const { client, queries } = useServices()
  const { succeed, fail } = useToasts()
  const { evals } = useLateMessages()
  const { search } = useLateMessages()
  const refresh = () => queries.invalidateQueries({ queryKey: EVALS })
  return {
    create: async (name: string): Promise<EvalSet> => {
      const made = await client.evals.createSet({ name })
      void refresh()
      return made
    },
    remove: async ({ id, name }: EvalSet) => {
      await client.evals.removeSet(id)
      succeed(evals.deleted(name))
      void queries.invalidateQueries({ queryKey: [...EVALS, 'sets'] })
    },
    addCase: async (setId: string, one: Partial<NewEvalCase> & { question: string }) => {
      await client.evals.addCase(setId, one)
      succeed(search.saved)
      await refresh()
    },
    addRatedCase: async (setId: string, one: NewRatedCase) => {
      await client.evals.addRatedCase(setId, one)
      succeed(search.saved)
      await refresh()
    },
    /** A toast tells of a failure. */
    removeCase: async (setId: string, id: string, question: string) => {
      await client.evals
        .removeCase(setId, id)
        .catch((thrown: unknown) => fail(evals.takeOut(question), thrown))
      await refresh()
    },
    importCases: async (setId: string, lines: Blob) => {
      const taken = await client.evals.importCases(setId, lines)
      await refresh()
      return taken
    },
    exportCases: (setId: string) => client.evals.exportCases(setId),
    start: async (setId: string, profile: Partial<NewEvalRun>) => {
      await client.evals.start(setId, profile)
      await refresh()
    },
    /** A toast tells of a failure. */
    cancel: async ({ id }: EvalRun) => {
      await client.evals.cancel(id).catch((thrown: unknown) => fail(evals.cancel, thrown))
      await refresh()
    },
  }
}
