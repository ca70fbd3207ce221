/** The list of documents and what can be done to one, over the client and the query cache. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { isSettled } from '../../../sdk/documents.ts'
import type { DocumentFacts } from '../../knowledge/access-schemas.ts'
import type { Document, Submitted } from '../../knowledge/schemas.ts'
import { useMessages } from '../messages/locale.tsx'
import { useToasts } from '../ui/toasts.tsx'
import { ANY_BASE, ANY_STATUS, BASES, changeDocument, DOCUMENTS } from './document-cache.ts'
import { useServices } from './services.tsx'

/** While something is unsettled, and only while the tab is looked at. */
const POLL_MS = 1_500
const PAGE_SIZE = 50
const QUEUED = {
  status: 'queued',
  stage: 'queue',
  percent: 0,
  error: null,
  etaSeconds: null,
} as const
const CANCELLED = { status: 'cancelled', stage: 'done', etaSeconds: null } as const

/** @param kb The knowledge base; undefined: all */
export function useDocuments(status: Document['status'] | null, kb: string | undefined) {
  const { client } = useServices()
  return useInfiniteQuery({
    queryKey: [...DOCUMENTS, status ?? ANY_STATUS, kb ?? ANY_BASE],
    queryFn: ({ pageParam, signal }) =>
      client.documents.page({
        limit: PAGE_SIZE,
        signal,
        ...(status ? { status } : {}),
        ...(kb ? { kb } : {}),
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

/** What became of a document's runs. */
export function useDocumentEvents(id: string) {
  const { client } = useServices()
  return useQuery({
    // Not below DOCUMENTS, whose queries are all lists of documents and are changed as such.
    queryKey: ['document-events', id],
    queryFn: async ({ signal }) => (await client.documents.events(id, signal)).items,
    staleTime: 0,
  })
}

const LETTERS = ['dead-letters'] as const

/** @param mayRead Those who may not are not asked for. */
export function useDeadLetters(mayRead: boolean) {
  const { client } = useServices()
  return useQuery({
    queryKey: LETTERS,
    queryFn: async ({ signal }) => (await client.documents.deadLetters(null, signal)).items,
    enabled: mayRead,
  })
}

export function useReplay() {
  const { client, queries, jobs } = useServices()
  const { fail } = useToasts()
  const { knowledge } = useMessages()
  return async ({ id, title }: { id: string; title: string }) => {
    try {
      const { job } = await client.documents.replay(id)
      void jobs.follow(job.id)
    } catch (thrown) {
      fail(knowledge.replayOf(title), thrown)
    }
    await queries.invalidateQueries({ queryKey: LETTERS })
    await queries.invalidateQueries({ queryKey: DOCUMENTS })
  }
}

export function useDocumentActions() {
  const { client, queries, jobs } = useServices()
  const { succeed, fail } = useToasts()
  const { knowledge } = useMessages()

  /** Shown as done at once; a refusal puts the document back as it was. */
  const change = async (
    document: Document,
    shown: Partial<Document>,
    call: () => Promise<Submitted>,
  ) => {
    changeDocument(queries, document.id, (current) => ({ ...current, ...shown }))
    const { job } = await call().catch((thrown: unknown) => {
      changeDocument(queries, document.id, () => document)
      throw thrown
    })
    return job
  }

  const begin = async (document: Document, label: string, call: () => Promise<Submitted>) => {
    try {
      const job = await change(document, QUEUED, call)
      void jobs.follow(job.id)
    } catch (thrown) {
      fail(label, thrown)
    }
  }

  const retry = (document: Document) =>
    begin(document, knowledge.retryOf(document.title), () => client.documents.retry(document.id))

  const reindex = (document: Document) =>
    begin(document, knowledge.reindexOf(document.title), () =>
      client.documents.reindex(document.id),
    )

  const cancel = async (document: Document) => {
    try {
      await change(document, CANCELLED, () => client.documents.cancel(document.id))
    } catch (thrown) {
      fail(knowledge.cancelOf(document.title), thrown)
    }
    void queries.invalidateQueries({ queryKey: DOCUMENTS })
  }

  const retryFailed = async () => {
    try {
      const { retried } = await client.documents.retryFailed()
      succeed(knowledge.retriedAll(retried))
    } catch (thrown) {
      fail(knowledge.retryAll, thrown)
    }
    void queries.invalidateQueries({ queryKey: DOCUMENTS })
  }

  /** @throws VoiceAssistError, for the question that asked to show */
  const remove = async ({ id, title }: Document) => {
    await client.documents.remove(id)
    changeDocument(queries, id, () => null)
    void queries.invalidateQueries({ queryKey: BASES })
    succeed(knowledge.deleted(title))
    void queries.invalidateQueries({ queryKey: DOCUMENTS })
  }

  /** @throws VoiceAssistError, for the form that asked to show */
  const describe = async ({ id, title }: Document, facts: Partial<DocumentFacts>) => {
    const described = await client.documents.change(id, facts)
    changeDocument(queries, id, () => described)
    void queries.invalidateQueries({ queryKey: BASES })
    succeed(knowledge.described(title))
  }

  return { retry, reindex, cancel, retryFailed, remove, describe }
}
