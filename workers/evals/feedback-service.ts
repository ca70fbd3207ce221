/** Cases made of answers that somebody rated: the question, and the documents it should be answered by. */
import { ProblemError } from '../../shared/errors.ts'
import { findDocuments, getFeedback } from '../knowledge/service.ts'
import type { EvalCase, Judgement, NewRatedCase } from './schemas.ts'
import { createCase, type EvalContext, getSet } from './service.ts'

/**
 * Keeps a rated answer's question as a case. Without judgements of their own, the documents the answer
 * cited are the right ones, and an abstention is right when it cited none. Runs see what everybody in the
 * tenant may see, in the set's knowledge base: documents outside it are no judgements.
 *
 * @throws ProblemError not_found for an answer nobody rated; conflict when it is in the set already, was
 * not asked of the set's knowledge base, or cites only documents that a run does not see; invalid_fields
 * for judgements of such documents
 */
export async function addRatedCase(
  ctx: EvalContext,
  setId: string,
  { answerId, judgements }: NewRatedCase,
): Promise<EvalCase> {
  const [set, rated] = await Promise.all([getSet(ctx, setId), getFeedback(ctx, answerId)])
  if (!Object.hasOwn(rated.kbVersions, set.kbId))
    throw new ProblemError('conflict', "That question was not asked of the set's knowledge base.")
  const cited = rated.chunks.flatMap((chunk) => (chunk.cited ? [chunk.documentId] : []))
  const wanted = judgements ?? [...new Set(cited)].map((documentId) => ({ documentId, grade: 1 }))
  const known = await findDocuments(
    ctx,
    set.kbId,
    wanted.map(({ documentId }) => documentId),
  )
  const seen = wanted.filter(({ documentId }) => known.has(documentId))
  if (judgements && seen.length < judgements.length) throw unseen(judgements, known)
  if (wanted.length > 0 && seen.length === 0) {
    const detail = 'What it cites is deleted, in another knowledge base or not for everybody.'
    throw new ProblemError('conflict', detail)
  }
  const { question } = rated
  return createCase(ctx, setId, { key: answerId, question, judgements: seen, source: 'feedback' })
}

function unseen(judgements: readonly Judgement[], known: ReadonlyMap<string, string>) {
  const errors = judgements.flatMap(({ documentId }, at) =>
    known.has(documentId)
      ? []
      : [
          {
            in: 'json',
            pointer: `/judgements/${at}/documentId`,
            detail: "is no document that everybody may read in the set's knowledge base",
          },
        ],
  )
  return new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}
