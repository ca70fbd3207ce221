/** A search as it travels: what is asked, and every score of what is found. */
import { z } from '@hono/zod-openapi'
import { AttributeMap, SearchFilter } from './access-schemas.ts'
import { BaseIds } from './base-schemas.ts'

export const SearchQuery = z
  .strictObject({
    query: z
      .string()
      .trim()
      .min(1, 'Ask something.')
      .max(4000, 'Ask in at most 4,000 characters.')
      .openapi({ example: 'How often is the filter replaced?' }),
    kbs: BaseIds.optional(),
    /** What documents must be like. */
    filters: SearchFilter.optional(),
    k: z.int().min(1).max(50).default(10),
  })
  .openapi('SearchQuery')
export type SearchQuery = z.output<typeof SearchQuery>

export const SearchHit = z
  .object({
    documentId: z.uuid(),
    kb: z.string(),
    title: z.string(),
    fileName: z.string(),
    /** Place of the chunk in its document, from 0. */
    ordinal: z.int(),
    /** Headings above it, and the header of the table it continues. */
    context: z.string(),
    text: z.string(),
    page: z.int(),
    /** Span in the document's canonical text; UTF-16 offsets, end exclusive. */
    start: z.int(),
    end: z.int(),
    /** Null in the arm that did not find it. */
    bm25: z.number().nullable(),
    cosine: z.number().nullable(),
    lexicalRank: z.int().nullable(),
    vectorRank: z.int().nullable(),
    /** The joined score that orders hits; comparable within one search only. */
    score: z.number(),
    /** Share of the query's words, weighted by rarity, that the chunk has. */
    coverage: z.number(),
    /** Of its document. */
    attributes: AttributeMap,
  })
  .openapi('SearchHit')
export type SearchHit = z.infer<typeof SearchHit>

export const SearchResult = z
  .object({
    hits: z.array(SearchHit),
    /** Where the result came from: a cache, or `none`, the database. */
    cache: z.enum(['none', 'memory', 'redis']),
    /** Milliseconds per stage; a stage that did not run is absent. */
    timings: z.record(z.string(), z.number()),
  })
  .openapi('SearchResult')
export type SearchResult = z.infer<typeof SearchResult>

/** What is kept of a search for the next asker, who is to be seen reading what only some may. */
export const KeptSearch = z.object({
  hits: z.array(SearchHit),
  sensitive: z.array(z.object({ documentId: z.uuid(), isPhi: z.boolean() })),
})
export type KeptSearch = z.infer<typeof KeptSearch>
