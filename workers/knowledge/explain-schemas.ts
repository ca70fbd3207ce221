/** Why something is not found, as it travels. */
import { z } from '@hono/zod-openapi'
import { Correction, SearchHit, SearchQuery } from './search-schemas.ts'

export const ExplainQuery = SearchQuery.extend({
  documentId: z.uuid('must be an id this API gave'),
  /** Which chunk of it, from 0; its best one when left out. */
  ordinal: z.int().min(0).max(1_000_000).optional(),
}).openapi('ExplainQuery')
export type ExplainQuery = z.output<typeof ExplainQuery>

export const Explained = z
  .object({
    /**
     * `found` among the `k`; `below` them; `arms`: neither arm has it among its candidates; `base`: it is
     * in a knowledge base that was not asked; `duplicate`: its text is another document's, which is found
     * in its place; `notReady`: it has no text that can be found; `noChunk`; `missing`: there is no such
     * document, or not for this caller.
     */
    reason: z.enum([
      'found',
      'below',
      'arms',
      'base',
      'duplicate',
      'notReady',
      'noChunk',
      'missing',
    ]),
    /** Joined rank, from 1; null when it is no candidate. */
    rank: z.int().nullable(),
    /** How many are shown, and how many candidates each arm has. */
    k: z.int(),
    arm: z.int(),
    /** The chunk with all its scores; ranks in the arms are those among all chunks. */
    chunk: SearchHit.nullable(),
    duplicateOf: z.uuid().nullable(),
    /** Words nobody wrote, and what was looked for in their place. */
    corrections: z.array(Correction),
  })
  .openapi('ExplainedSearch')
export type Explained = z.infer<typeof Explained>
