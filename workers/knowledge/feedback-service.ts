/** What askers think of their answers; the owners of the documents read it, and make eval cases of it. */
import { ProblemError } from '../../shared/errors.ts'
import type { Feedback, FeedbackPage, FeedbackQuery, NewFeedback } from './feedback-schemas.ts'
import { type FeedbackContext, findFeedback, rateAnswer, selectFeedback } from './feedback-store.ts'

/**
 * Rates an answer; the last rating holds. Only who asked may.
 *
 * @throws ProblemError not_found, also for another's answer and for one that is older than 90 days
 */
export async function giveFeedback(
  ctx: FeedbackContext,
  answerId: string,
  given: NewFeedback,
): Promise<Feedback> {
  const rated = await rateAnswer(ctx, answerId, given)
  if (!rated) throw new ProblemError('not_found', `You were given no answer ${answerId}.`)
  const { feedback, isFirst } = rated
  if (isFirst) ctx.metrics.observe('voiceassist_rag_query_satisfaction_score', {}, feedback.rating)
  return feedback
}

/** @throws ProblemError not_found for an answer that nobody rated, or that is older than 90 days */
export async function getFeedback(ctx: FeedbackContext, answerId: string): Promise<Feedback> {
  const found = await findFeedback(ctx, answerId)
  if (found) return found
  throw new ProblemError('not_found', `There is no rated answer ${answerId}.`)
}

export async function listFeedback(
  ctx: FeedbackContext,
  query: FeedbackQuery,
): Promise<FeedbackPage> {
  const found = await selectFeedback(ctx, query)
  const items = found.slice(0, query.limit)
  const nextCursor = found.length > items.length ? (items.at(-1)?.answerId ?? null) : null
  return { items, nextCursor }
}
