/** Wire types of /v1/files and /v1/vector_stores. What is not there is refused by its name. */
import { z } from '@hono/zod-openapi'
import { AttributeMap, SearchFilter } from '../knowledge/schemas.ts'
import { STATUSES } from './file-wire.ts'
import { absent } from './schemas.ts'

const NO_ORDER = 'lists are newest first here'

export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.uuid('must be an id of this list').optional(),
  before: z.string().max(0, 'lists are read forwards here: use after').optional(),
  order: z.literal('desc', NO_ORDER).optional(),
})
export type ListQuery = z.output<typeof ListQuery>

/** Of stores, whose ids are words too: `default`. */
export const StoreListQuery = ListQuery.extend({ after: z.string().min(1).max(100).optional() })

export const FileParams = z.object({ id: z.uuid('must be an id this API gave') })
export const StoreParams = z.object({ id: z.string().min(1).max(100) })
export const StoreFileParams = StoreParams.extend({ fileId: z.uuid('must be an id this API gave') })
export const BatchParams = StoreParams.extend({ batchId: z.uuid('must be an id this API gave') })

export const OpenAiFile = z
  .object({
    id: z.uuid(),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: z.int(),
    /** Of a file that is in no vector store. */
    expires_at: z.int().optional(),
    filename: z.string(),
    purpose: z.literal('assistants'),
    status: z.enum(['uploaded', 'processed', 'error']),
    status_details: z.string().optional(),
  })
  .openapi('OpenAiFile')

const page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    object: z.literal('list'),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
export const FilePage = page(OpenAiFile).openapi('OpenAiFilePage')

export const Deleted = z
  .object({ id: z.string(), object: z.string(), deleted: z.literal(true) })
  .openapi('OpenAiDeleted')

const counts = z.object({
  in_progress: z.int(),
  completed: z.int(),
  cancelled: z.int(),
  failed: z.int(),
  total: z.int(),
})

export const VectorStore = z
  .object({
    id: z.string(),
    object: z.literal('vector_store'),
    created_at: z.int(),
    name: z.string(),
    usage_bytes: z.int(),
    file_counts: counts,
    status: z.enum(['in_progress', 'completed']),
    expires_after: z.null(),
    expires_at: z.null(),
    last_active_at: z.int(),
    metadata: z.object({}),
  })
  .openapi('OpenAiVectorStore')
export const StorePage = page(VectorStore).openapi('OpenAiVectorStorePage')

const none = (detail: string) => z.strictObject({}, detail).nullish()
const metadata = none('vector stores have no metadata here')
const expiry = z.null('vector stores do not expire here').optional()
const chunking = z
  .object({ type: z.literal('auto', 'how files are cut is settled by what they are') })
  .nullish()
const name = z.string().trim().min(1).max(100)
const fileIds = z
  .array(z.uuid('must be an id this API gave'))
  .max(100, 'attach at most 100 at once')

export const NewStore = z
  .object({
    name: name.default('Untitled'),
    description: z.string().max(1000).nullish(),
    file_ids: fileIds.default([]),
    metadata,
    expires_after: expiry,
    chunking_strategy: chunking,
  })
  .openapi('OpenAiNewVectorStore', { example: { name: 'Service manuals' } })
export type NewStore = z.output<typeof NewStore>

export const StoreChange = z
  .object({ name: name.nullish(), metadata, expires_after: expiry })
  .openapi('OpenAiVectorStoreChange', { example: { name: 'Manuals' } })
export type StoreChange = z.output<typeof StoreChange>

export const NewStoreFile = z
  .object({
    file_id: z.uuid('must be an id this API gave'),
    attributes: AttributeMap.nullish(),
    chunking_strategy: chunking,
  })
  .openapi('OpenAiNewVectorStoreFile')
export type NewStoreFile = z.output<typeof NewStoreFile>

export const StoreFileChange = z
  .object({
    /** All of them; null: none any more. */
    attributes: AttributeMap.nullable(),
  })
  .openapi('OpenAiVectorStoreFileChange', { example: { attributes: { year: 2026 } } })
export type StoreFileChange = z.output<typeof StoreFileChange>

export const NewBatch = z
  .object({
    file_ids: fileIds.min(1),
    files: absent('name the files in file_ids'),
    attributes: AttributeMap.nullish(),
    chunking_strategy: chunking,
  })
  .openapi('OpenAiNewFileBatch')
export type NewBatch = z.output<typeof NewBatch>

export const StoreFile = z
  .object({
    id: z.uuid(),
    object: z.literal('vector_store.file'),
    created_at: z.int(),
    vector_store_id: z.string(),
    status: z.enum(STATUSES),
    last_error: z
      .object({
        code: z.enum(['server_error', 'unsupported_file', 'invalid_file']),
        message: z.string(),
      })
      .nullable(),
    usage_bytes: z.int(),
    attributes: AttributeMap,
    chunking_strategy: z.object({ type: z.literal('other') }),
  })
  .openapi('OpenAiVectorStoreFile')

export const StoreFilePage = page(StoreFile).openapi('OpenAiVectorStoreFilePage')

export const FileBatch = z
  .object({
    id: z.uuid(),
    object: z.literal('vector_store.files_batch'),
    created_at: z.int(),
    vector_store_id: z.string(),
    status: z.enum(['in_progress', 'completed', 'cancelled']),
    file_counts: counts,
  })
  .openapi('OpenAiFileBatch')

const query = z.string().trim().min(1).max(4000)

export const StoreSearch = z
  .object({
    query: z.union([query, z.array(query).min(1).max(5)], 'send a text, or up to five'),
    max_num_results: z.int().min(1).max(50).default(10),
    filters: SearchFilter.nullish(),
    rewrite_query: z.boolean().nullish(),
    ranking_options: z
      .object({
        score_threshold: z.number().min(0).max(1).nullish(),
        hybrid_search: z.null('how the two searches are joined is settled by the model').optional(),
      })
      .nullish(),
  })
  .openapi('OpenAiVectorStoreSearch', { example: { query: 'How often is the filter replaced?' } })
export type StoreSearch = z.output<typeof StoreSearch>

export const StoreFound = z
  .object({
    object: z.literal('vector_store.search_results.page'),
    search_query: z.array(z.string()),
    data: z.array(
      z.object({
        file_id: z.uuid(),
        filename: z.string(),
        /** 0 to 1: the greater of the share of the query's words and the nearness of meaning. */
        score: z.number(),
        /** The file's own, and where the chunk is. */
        attributes: z
          .object({ page: z.int(), start: z.int(), end: z.int(), url: z.string() })
          .catchall(z.union([z.string(), z.number(), z.boolean()])),
        content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
      }),
    ),
    has_more: z.literal(false),
    next_page: z.null(),
  })
  .openapi('OpenAiVectorStoreResults')
