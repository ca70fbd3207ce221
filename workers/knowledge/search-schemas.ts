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
    /** The joined score of both arms, comparable within one search only; orders the hits that have no `rerankScore`. */
    score: z.number(),
    /** What the reranking model made of it: these come first. Null where it did not look, or saw better ones. */
    rerankScore: z.number().nullable(),
    /** Share of the query's words, weighted by rarity, that the chunk has. */
    coverage: z.number(),
    /** Of its document. */
    attributes: AttributeMap,
  })
  .openapi('SearchHit')
export type SearchHit = z.infer<typeof SearchHit>

/** A word of the query that no chunk has, and the one looked for in its place, as a chunk has it. */
export const Correction = z
  .object({ from: z.string(), to: z.string() })
  .openapi('SearchCorrection', { example: { from: 'fliter', to: 'filter' } })
export type Correction = z.infer<typeof Correction>

export const SearchResult = z
  .object({
    hits: z.array(SearchHit),
    /** Words that were corrected; none when every word is known, or nothing is like it. */
    corrections: z.array(Correction),
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
  corrections: z.array(Correction),
  sensitive: z.array(z.object({ documentId: z.uuid(), isPhi: z.boolean() })),
})
export type KeptSearch = z.infer<typeof KeptSearch>
