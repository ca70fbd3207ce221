/** One case asked as people ask, and measured. */
import type { KnowledgeContext } from '../knowledge/service.ts'
import { type Trial, tryAnswer, trySearch } from '../knowledge/service.ts'
import { citationPrecision, ndcgAt, rankDocuments, recallAt } from './metrics.ts'
import type { StoredResult } from './run-store.ts'
import type { EvalCase, EvalRun } from './schemas.ts'

export type TrialContext = KnowledgeContext

/** Documents that are looked at. */
const DEPTH = 10

/** A case may take so long: a model that thinks longer answers nobody. */
const LONGEST_MS = 120_000

export async function tryCase(
  ctx: TrialContext,
  { kbId, profile }: Pick<EvalRun, 'kbId' | 'profile'>,
  { id, question, judgements }: EvalCase,
): Promise<{ result: StoredResult; costMicroDollars: number }> {
  const signal = AbortSignal.timeout(LONGEST_MS)
  const trial: Trial = { kbId, question, ...profile }
  const grades = new Map(judgements.map(({ documentId, grade }) => [documentId, grade]))
  const found = await trySearch(ctx, trial, signal)
  const answer = profile.answers ? await tryAnswer(ctx, trial, signal) : undefined
  const ranked = rankDocuments(found.hits.map(({ documentId }) => documentId)).slice(0, DEPTH)
  const scores = new Map(
    found.hits.toReversed().map(({ documentId, score }) => [documentId, score]),
  )
  const cited = answer?.citations.map(({ documentId }) => documentId) ?? []
  const result: StoredResult = {
    caseId: id,
    question,
    answerable: [...grades.values()].some((grade) => grade > 0),
    ndcg: ndcgAt(DEPTH, ranked, grades),
    recall: recallAt(DEPTH, ranked, grades),
    citationPrecision: citationPrecision(cited, grades),
    abstained: answer?.abstained ?? !found.isRelevant,
    searchMs: found.ms,
    answerMs: answer?.timings.totalMs ?? null,
    documents: ranked.map((documentId) => {
      return { documentId, score: scores.get(documentId) ?? 0, grade: grades.get(documentId) ?? 0 }
    }),
  }
  return { result, costMicroDollars: found.costMicroDollars + (answer?.costMicroDollars ?? 0) }
}
