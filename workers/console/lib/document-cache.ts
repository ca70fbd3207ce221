/** The documents in the query cache: their key, and how one of them is changed in place. */
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Document, DocumentPage } from '../../knowledge/schemas.ts'

export const DOCUMENTS = ['documents'] as const
/** The knowledge bases they are in, whose counts and versions they move. */
export const BASES = ['knowledge-bases'] as const
/** The second part of a list's key when it is not narrowed to one state; the third is its knowledge base. */
export const ANY_STATUS = 'any'
export const ANY_BASE = 'any'

type DocumentPages = InfiniteData<DocumentPage, string | null>

/** Every document some page has loaded, each once, newest first. */
export function cachedDocuments(queries: QueryClient): Document[] {
  const lists = queries.getQueriesData<DocumentPages>({ queryKey: DOCUMENTS })
  const documents = lists.flatMap(([, data]) => data?.pages.flatMap(({ items }) => items) ?? [])
  return [...new Map(documents.map((document) => [document.id, document])).values()]
}

/** Applies `change` to the document in every list that shows it; null takes it out. */
export function changeDocument(
  queries: QueryClient,
  id: string,
  change: (document: Document) => Document | null,
): void {
  const inPage = (page: DocumentPage): DocumentPage => ({
    ...page,
    items: page.items.flatMap((item) => (item.id === id ? (change(item) ?? []) : item)),
  })
  queries.setQueriesData<DocumentPages>({ queryKey: DOCUMENTS }, (data) =>
    data ? { ...data, pages: data.pages.map(inPage) } : data,
  )
}

/** Puts a new document on top of the lists of its base that show every state; elsewhere it moves up. */
export function addDocument(queries: QueryClient, document: Document): void {
  changeDocument(queries, document.id, () => null)
  for (const base of [ANY_BASE, document.kb])
    queries.setQueriesData<DocumentPages>(
      { queryKey: [...DOCUMENTS, ANY_STATUS, base] },
      (data) => {
        const [first, ...rest] = data?.pages ?? []
        if (!data || !first) return data
        return { ...data, pages: [{ ...first, items: [document, ...first.items] }, ...rest] }
      },
    )
}
