/** What has to be measured before a knowledge base is published. */
import { z } from '@hono/zod-openapi'

const share = z.number().min(0).max(1).optional()

/** The least a run has to come to; what is left out is not asked for. */
const Least = z
  .strictObject({
    ndcg: share,
    recall: share,
    /** Needs a run with answers. */
    citationPrecision: share,
    /** Of the cases that no document answers. */
    abstainedRightly: share,
  })
  .refine((least) => Object.keys(least).length > 0, 'Name one measure at least.')

export const Gate = z
  .strictObject({
    /** A set of cases of this knowledge base. */
    setId: z.uuid('must be the id of a set'),
    least: Least,
    /** While it is asked it takes no documents and begins no run: what changes is a draft in its place. */
    closed: z.boolean().optional(),
  })
  .openapi('KnowledgeBaseGate', {
    example: { setId: '019a0000-0000-7000-8000-000000000001', least: { ndcg: 0.8 } },
  })
export type Gate = z.infer<typeof Gate>

export type Measure = keyof Gate['least']
