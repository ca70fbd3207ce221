/** SQL for answers that may be rated, and their ratings. */
import { and, desc, eq, gte, isNotNull, lt, lte, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { kbAnswers } from './answer-tables.ts'
import type { Feedback, FeedbackQuery, NewFeedback, RatedChunk } from './feedback-schemas.ts'

export type FeedbackContext = WithEnv<DatabaseEnv>

export interface Given {
  id: string
  question: string
  abstained: boolean
  kbVersions: Readonly<Record<string, number>>
  chunks: readonly RatedChunk[]
}

/** Once the answer is given; of a tenant that is gone nothing is kept, and who has left is not named. */
export async function insertAnswer(ctx: FeedbackContext, answer: Given): Promise<void> {
  const { tenantId, now } = ctx
  const { userId, keyId } = askerOf(ctx)
  const { id, question, abstained } = answer
  const [versions, chunks] = [JSON.stringify(answer.kbVersions), JSON.stringify(answer.chunks)]
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
insert into kb_answers (tenant_id, id, user_id, key_id, question, abstained, kb_versions, chunks, created_at)
select t.id, ${id}::uuid, u.id, ${keyId}, ${question}, ${abstained}, ${versions}::jsonb, ${chunks}::jsonb,
  ${now().toISOString()}::timestamptz
from tenants t left join users u on u.tenant_id = t.id and u.id = ${userId}
where t.id = ${tenantId} on conflict do nothing`),
  ])
}

/**
 * The asker's own answer only.
 *
 * @returns undefined when there is no such answer; `isFirst` unless it had been rated before
 */
export async function rateAnswer(
  ctx: FeedbackContext,
  id: string,
  { rating, reason }: NewFeedback,
): Promise<{ feedback: Feedback; isFirst: boolean } | undefined> {
  const { tenantId } = ctx
  const { userId, keyId } = askerOf(ctx)
  const own = and(
    eq(kbAnswers.tenantId, tenantId),
    eq(kbAnswers.id, id),
    sql`user_id is not distinct from ${userId} and key_id is not distinct from ${keyId}`,
  )
  const [[before], [row]] = await withTenant(ctx).batch((tx) => [
    // Locked, so that of two first ratings at once one comes second.
    tx.select({ rating: kbAnswers.rating }).from(kbAnswers).where(own).for('update'),
    tx.update(kbAnswers).set({ rating, reason, ratedAt: ctx.now() }).where(own).returning(),
  ])
  return row && { feedback: toFeedback(row), isFirst: before?.rating === null }
}

/** A rated answer, whoever rated it. */
export async function findFeedback(
  ctx: FeedbackContext,
  id: string,
): Promise<Feedback | undefined> {
  const { tenantId } = ctx
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(kbAnswers)
      .where(
        and(eq(kbAnswers.tenantId, tenantId), eq(kbAnswers.id, id), isNotNull(kbAnswers.ratedAt)),
      ),
  ])
  return row && toFeedback(row)
}

/** One more than asked for, so that the caller sees whether there are more. */
export async function selectFeedback(
  ctx: FeedbackContext,
  { limit, cursor, minRating, maxRating, reason }: FeedbackQuery,
): Promise<Feedback[]> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(kbAnswers)
      .where(
        and(
          eq(kbAnswers.tenantId, ctx.tenantId),
          isNotNull(kbAnswers.ratedAt),
          cursor === undefined ? undefined : lt(kbAnswers.id, cursor),
          minRating === undefined ? undefined : gte(kbAnswers.rating, minRating),
          maxRating === undefined ? undefined : lte(kbAnswers.rating, maxRating),
          reason ? sql`strpos(lower(reason), lower(${reason}::text)) > 0` : undefined,
        ),
      )
      .orderBy(desc(kbAnswers.id))
      .limit(limit + 1),
  ])
  return rows.map(toFeedback)
}

function askerOf({ actor }: FeedbackContext) {
  return {
    userId: actor.type === 'user' ? actor.userId : null,
    keyId: actor.type === 'key' ? actor.keyId : null,
  }
}

function toFeedback(row: typeof kbAnswers.$inferSelect): Feedback {
  const { id: answerId, question, abstained, kbVersions, chunks, rating, reason } = row
  const answeredAt = row.createdAt.toISOString()
  const rated = { rating: rating ?? 0, reason: reason ?? '' }
  const ratedAt = (row.ratedAt ?? row.createdAt).toISOString()
  return { answerId, ...rated, ratedAt, question, abstained, kbVersions, chunks, answeredAt }
}
