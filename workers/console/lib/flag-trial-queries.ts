/** What one tries with flags, asked for when somebody says so and kept nowhere. */
import { useMutation } from '@tanstack/react-query'
import type { Trial } from '../../../sdk/flag-trials.ts'
import type { PreviewRequest } from '../../flags/explain-schemas.ts'
import type { FlagImportRequest } from '../../flags/import-schemas.ts'
import { useServices } from './services.tsx'

export function useExplanation(flag: string) {
  const { flagTrials } = useServices().client
  return useMutation({ mutationFn: (trial: Trial) => flagTrials.explain(flag, trial) })
}

export type Tried = Partial<PreviewRequest>

export function useImpact(flag: string) {
  const { flagTrials } = useServices().client
  return useMutation({ mutationFn: (change: Tried) => flagTrials.preview(flag, change) })
}

type Export = Pick<FlagImportRequest, 'format' | 'document'> & Partial<FlagImportRequest>

/** Flags that came are seen by the list. */
export function useImport() {
  const { client, queries } = useServices()
  return useMutation({
    mutationFn: (taken: Export) => client.flagTrials.take(taken),
    onSuccess: async ({ dryRun }) => {
      if (!dryRun) await queries.invalidateQueries({ queryKey: ['flags'] })
    },
  })
}
