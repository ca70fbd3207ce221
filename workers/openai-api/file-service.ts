/** Files and vector stores: OpenAI's words for the documents and knowledge bases of this product. */
import type { WithEnv } from '../../shared/context.ts'
import {
  bases,
  changeDocument,
  documents,
  files,
  listDocuments,
  searchBases,
} from '../knowledge/service.ts'
import type {
  ListQuery,
  NewBatch,
  NewStore,
  NewStoreFile,
  StoreChange,
  StoreFileChange,
  StoreSearch,
} from './file-schemas.ts'
import {
  batchOf,
  deletedOf,
  fileOf,
  looseFileOf,
  pageOf,
  storeFileOf,
  storeOf,
} from './file-wire.ts'
import { viewerUrl } from './proof.ts'
import { noStore } from './service.ts'

export type FileContext = Parameters<typeof files.keepFile>[0]
type SearchContext = Parameters<typeof searchBases>[0] & WithEnv<{ readonly PUBLIC_URL: string }>

const toFile = (file: files.AnyFile) =>
  file.type === 'loose' ? looseFileOf(file.file) : fileOf(file.document)

/** @throws ProblemError as `files.keepFile` */
export const createFile = async (ctx: FileContext, body: Parameters<typeof files.keepFile>[1]) =>
  toFile(await files.keepFile(ctx, body))

/** @throws ProblemError not_found */
export const getFile = async (ctx: FileContext, id: string) => toFile(await files.getFile(ctx, id))

export async function listFiles(ctx: FileContext, { limit, after }: ListQuery) {
  const found = await files.listFiles(ctx, { limit, cursor: after })
  return pageOf(found.map(toFile), limit)
}

/** @throws ProblemError not_found */
export async function deleteFile(ctx: FileContext, id: string) {
  await files.deleteFile(ctx, id)
  return deletedOf(id, 'file')
}

export const { openFile } = files

const DEFAULT = 'default'

/** The default one is there before anything is written down of it. */
async function allStores(ctx: FileContext) {
  const [{ items }, held] = await Promise.all([bases.listBases(ctx), files.countBaseFiles(ctx)])
  const missing = items.some(({ id }) => id === DEFAULT) ? [] : [UNMADE]
  return [...missing, ...items].map((base) =>
    storeOf(
      base,
      held.filter(({ kbId }) => kbId === base.id),
    ),
  )
}

const EPOCH = new Date(0).toISOString()
const UNMADE = { id: DEFAULT, name: 'Default', createdAt: EPOCH, updatedAt: EPOCH }

/** Newest first. */
export async function listStores(ctx: FileContext, { limit, after }: ListQuery) {
  const all = (await allStores(ctx)).toReversed()
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
  return pageOf(all.slice(from, from + limit + 1), limit)
}

/** @throws ProblemError not_found */
export async function getStore(ctx: FileContext, id: string) {
  const found = (await allStores(ctx)).find((store) => store.id === id)
  if (found) return found
  throw noStore(id)
}

/** With its files, or not at all when one is not there. @throws ProblemError not_found, conflict */
export async function createStore(ctx: FileContext, asked: NewStore) {
  for (const id of asked.file_ids) await files.getFile(ctx, id)
  const { name, description } = asked
  const facts = { name, description: description ?? '' }
  const made = { ...facts, textConfig: 'russian' as const, draft: false }
  const { id } = await bases.createBase(ctx, made)
  for (const file of asked.file_ids) await files.placeFile(ctx, file, id)
  return getStore(ctx, id)
}

/** @throws ProblemError not_found */
export async function changeStore(ctx: FileContext, id: string, { name }: StoreChange) {
  await getStore(ctx, id)
  if (name) await bases.changeBase(ctx, id, { name })
  return getStore(ctx, id)
}

/** With the files in it. @throws ProblemError not_found; conflict for the default one */
export async function deleteStore(ctx: FileContext, id: string) {
  await getStore(ctx, id)
  await bases.deleteBase(ctx, id)
  return deletedOf(id, 'vector_store.deleted')
}

/** @throws ProblemError not_found, conflict */
export async function attachFile(ctx: FileContext, storeId: string, asked: NewStoreFile) {
  await getStore(ctx, storeId)
  const attributes = asked.attributes ?? undefined
  return storeFileOf(storeId, await files.placeFile(ctx, asked.file_id, storeId, attributes))
}

/** @throws ProblemError not_found */
export async function changeStoreFile(
  ctx: FileContext,
  storeId: string,
  fileId: string,
  { attributes }: StoreFileChange,
) {
  await files.getPlaced(ctx, fileId, storeId)
  return storeFileOf(storeId, await changeDocument(ctx, fileId, { attributes: attributes ?? {} }))
}

/** @throws ProblemError not_found */
export const getStoreFile = async (ctx: FileContext, storeId: string, fileId: string) =>
  storeFileOf(storeId, await files.getPlaced(ctx, fileId, storeId))

/** @throws ProblemError not_found */
export async function listStoreFiles(
  ctx: FileContext,
  storeId: string,
  { limit, after }: ListQuery,
) {
  await getStore(ctx, storeId)
  const query = { limit, cursor: after, kb: storeId }
  const { items, nextCursor } = await listDocuments(ctx, query)
  const page = pageOf(
    items.map((document) => storeFileOf(storeId, document)),
    limit,
  )
  return { ...page, has_more: nextCursor !== null }
}

/** A file is in one store: out of it, it is gone. @throws ProblemError not_found */
export async function detachFile(ctx: FileContext, storeId: string, fileId: string) {
  await files.getPlaced(ctx, fileId, storeId)
  await documents.deleteDocument(ctx, fileId)
  return deletedOf(fileId, 'vector_store.file.deleted')
}

/** @throws ProblemError not_found, conflict */
export async function createBatch(ctx: FileContext, storeId: string, asked: NewBatch) {
  await getStore(ctx, storeId)
  const attributes = asked.attributes ?? undefined
  return batchOf(await files.placeTogether(ctx, asked.file_ids, storeId, attributes))
}

/** @throws ProblemError not_found */
export const getBatch = async (ctx: FileContext, storeId: string, id: string) =>
  batchOf(await files.getBatch(ctx, storeId, id))

/** @throws ProblemError not_found */
export const cancelBatch = async (ctx: FileContext, storeId: string, id: string) =>
  batchOf(await files.cancelBatch(ctx, storeId, id))

/** @throws ProblemError not_found */
export async function listBatchFiles(
  ctx: FileContext,
  storeId: string,
  id: string,
  { limit, after }: ListQuery,
) {
  const { documents: all } = await files.getBatch(ctx, storeId, id)
  const from = after === undefined ? 0 : all.findIndex((document) => document.id === after) + 1
  const some = all.slice(from, from + limit + 1)
  return pageOf(
    some.map((document) => storeFileOf(storeId, document)),
    limit,
  )
}

/** Several queries are searched as one. @throws ProblemError not_found, dependency_down */
export async function searchStore(
  ctx: FileContext & SearchContext,
  storeId: string,
  asked: StoreSearch,
  signal: AbortSignal,
) {
  await getStore(ctx, storeId)
  const queries = typeof asked.query === 'string' ? [asked.query] : asked.query
  const filters = asked.filters ?? undefined
  const by = { query: queries.join('\n'), kbs: [storeId], k: asked.max_num_results, filters }
  const { hits } = await searchBases(ctx, by, signal)
  const least = asked.ranking_options?.score_threshold ?? 0
  const scored = hits.map((hit) => ({ ...hit, score: Math.max(hit.coverage, hit.cosine ?? 0) }))
  const data = scored
    .filter(({ score }) => score >= least)
    .map((hit) => {
      const { documentId: file_id, fileName: filename, score, page, start, end, text } = hit
      const place = { page, start, end, url: viewerUrl(ctx.env.PUBLIC_URL, hit) }
      const attributes = { ...hit.attributes, ...place }
      const content = [{ type: 'text' as const, text }]
      return { file_id, filename, score, attributes, content }
    })
  const object = 'vector_store.search_results.page' as const
  return { object, search_query: queries, data, has_more: false as const, next_page: null }
}
