/** The list of documents and what can be done to one, over the client and the query cache. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { isSettled } from '../../../sdk/documents.ts'
import type { Document } from '../../knowledge/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { ANY_STATUS, changeDocument, DOCUMENTS } from './document-cache.ts'
import { useServices } from './services.tsx'

/** While something is unsettled, and only while the tab is looked at. */
const POLL_MS = 1_500
const PAGE_SIZE = 50

export function useDocuments(status: Document['status'] | null) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...DOCUMENTS, status ?? ANY_STATUS],
    queryFn: ({ pageParam, signal }) =>
      client.documents.page({
        limit: PAGE_SIZE,
        signal,
        ...(status ? { status } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: ({ state }) => {
      const documents = state.data?.pages.flatMap(({ items }) => items) ?? []
      return documents.every(isSettled) ? false : POLL_MS
    },
  })
}

export function useDocumentActions() {
  const { client, queries, jobs } = useServices()
  const { succeed, fail } = useToasts()
  const { knowledge } = useMessages()

  /** Shown as queued at once; a refusal puts the failure back. */
  const retry = async (document: Document) => {
    const queued = { status: 'queued', stage: 'queue', percent: 0, error: null } as const
    changeDocument(queries, document.id, (current) => ({ ...current, ...queued }))
    try {
      const { job } = await client.documents.retry(document.id)
      void jobs.follow(job.id)
    } catch (thrown) {
      changeDocument(queries, document.id, () => document)
      fail(knowledge.retryOf(document.title), thrown)
    }
  }

  /** @throws VoiceAssistError, for the question that asked to show */
  const remove = async ({ id, title }: Document) => {
    await client.documents.remove(id)
    changeDocument(queries, id, () => null)
    succeed(knowledge.deleted(title))
    void queries.invalidateQueries({ queryKey: DOCUMENTS })
  }

  return { retry, remove }
}
