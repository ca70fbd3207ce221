/** The tenant's environments, for whoever may see them. */
import { useQuery } from '@tanstack/react-query'
import { usePermission } from './hooks.ts'
import { useServices } from './services.tsx'

/** What a page shows, and a key is for, until somebody says otherwise. */
export const FIRST_ENVIRONMENT = 'production'

/** Their names; the first alone while they are not known, or not the reader's to see. */
export function useEnvironmentNames(): string[] {
  const { flagChanges } = useServices().client
  const { data } = useQuery({
    queryKey: ['flag-environments'],
    queryFn: () => flagChanges.environments(),
    enabled: usePermission('flag.read'),
  })
  return data?.items.map(({ name }) => name) ?? [FIRST_ENVIRONMENT]
}
