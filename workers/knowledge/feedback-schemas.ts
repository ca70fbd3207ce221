/** Ratings of answers as they travel. */
import { z } from '@hono/zod-openapi'

export const NewFeedback = z
  .strictObject({
    /** From 0, of no use, to 5, exactly what was asked for. */
    rating: z.int('must be a whole number from 0 to 5').min(0).max(5),
    reason: z.string().trim().max(2000, 'Say it in at most 2,000 characters.').default(''),
  })
  .openapi('NewFeedback', { example: { rating: 4, reason: 'Right, but the page is an old one' } })
export type NewFeedback = z.output<typeof NewFeedback>

/** A chunk the model was shown; `cited` when the answer rests on it. */
const RatedChunk = z.object({ documentId: z.uuid(), ordinal: z.int(), cited: z.boolean() })
export type RatedChunk = z.infer<typeof RatedChunk>

export const Feedback = z
  .object({
    answerId: z.uuid(),
    rating: z.int().min(0).max(5),
    reason: z.string(),
    ratedAt: z.iso.datetime(),
    question: z.string(),
    abstained: z.boolean(),
    /** Version of each knowledge base that was searched for it, by the base's id. */
    kbVersions: z.record(z.string(), z.int()),
    /** What the model was shown, best first. */
    chunks: z.array(RatedChunk),
    answeredAt: z.iso.datetime(),
  })
  .openapi('Feedback')
export type Feedback = z.infer<typeof Feedback>

export const FeedbackQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
  /** Only ratings from this one up, or down to this one. */
  minRating: z.coerce.number().int().min(0).max(5).optional(),
  maxRating: z.coerce.number().int().min(0).max(5).optional(),
  /** Only those whose reason has these words, in capitals or not. */
  reason: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !text.includes('\0'), 'must be text')
    .optional(),
})
export type FeedbackQuery = z.output<typeof FeedbackQuery>

/** Answers given last first. */
export const FeedbackPage = z
  .object({ items: z.array(Feedback), nextCursor: z.string().nullable() })
  .openapi('FeedbackPage')
export type FeedbackPage = z.infer<typeof FeedbackPage>
