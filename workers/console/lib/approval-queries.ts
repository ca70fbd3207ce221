/** What waits for approval, and how many approvals environments ask for, over the client and the query cache. */
import { useQuery } from '@tanstack/react-query'
import type { NewProposal } from '../../flags/proposal-schemas.ts'
import { useLateMessages } from '../messages/late.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { useServices } from './services.tsx'

const PROPOSALS = ['flag-proposals'] as const
/** Of environments.ts as well. */
const ENVIRONMENTS = ['flag-environments'] as const

export function useProposals() {
  const { flagProposals } = useServices().client
  return useQuery({ queryKey: PROPOSALS, queryFn: () => flagProposals.open() })
}

export function useEnvironments() {
  const { flagChanges } = useServices().client
  return useQuery({ queryKey: ENVIRONMENTS, queryFn: () => flagChanges.environments() })
}

/** Those that come from a form throw VoiceAssistError, for it to show; a click that fails says so in a toast. */
export function useApprovals() {
  const { client, queries } = useServices()
  const { fail, succeed } = useToasts()
  const { approvals: words } = useLateMessages()
  const { flag } = useMessages()
  const { flagProposals } = client
  const thenRefresh = async (work: Promise<unknown>, done?: string) => {
    await work
    if (done !== undefined) succeed(done)
    // A proposal that is published changes flags' overrides as well.
    const stale = [PROPOSALS, ENVIRONMENTS, ['flag']]
    await Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey })))
  }
  const click = (work: Promise<unknown>, done?: string) =>
    void thenRefresh(work, done).catch((error: unknown) => fail(flag.failed, error))
  return {
    propose: (proposal: NewProposal) =>
      thenRefresh(flagProposals.propose(proposal), words.propose.done),
    approve: (id: string) => click(flagProposals.approve(id)),
    publish: (id: string) => click(flagProposals.publish(id), words.list.published),
    publishUnapproved: (id: string, reason: string) =>
      thenRefresh(flagProposals.publish(id, reason), words.list.published),
    discard: (id: string) => click(flagProposals.discard(id)),
    setApprovals: (environment: string, approvals: number) =>
      thenRefresh(flagProposals.setEnvironment(environment, { approvals }), words.needed.saved),
  }
}
