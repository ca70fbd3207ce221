/** How a document was cut, as it travels: spans of its canonical text, in reading order. */
import { z } from '@hono/zod-openapi'

const DocumentChunk = z
  .object({
    /** Place in the document, from 0; what a search's hit calls `ordinal`. */
    ordinal: z.int(),
    /** Headings above it, and the header of the table it continues. */
    context: z.string(),
    page: z.int(),
    /** Span in the canonical text; UTF-16 offsets, end exclusive. */
    start: z.int(),
    end: z.int(),
  })
  .openapi('DocumentChunk')
export type DocumentChunk = z.infer<typeof DocumentChunk>

export const ChunkQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  /** The last ordinal that was read. */
  cursor: z.coerce.number().int('must be a cursor this API gave').min(0).optional(),
})
export type ChunkQuery = z.output<typeof ChunkQuery>

export const ChunkPage = z
  .object({
    /** The indexing run that is found, counted from 1. */
    generation: z.int(),
    items: z.array(DocumentChunk),
    nextCursor: z.string().nullable(),
  })
  .openapi('DocumentChunkPage')
export type ChunkPage = z.infer<typeof ChunkPage>
