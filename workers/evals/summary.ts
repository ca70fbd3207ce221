/** What all cases of a run come to together. */
import { meanOf, percentileOf } from './metrics.ts'
import type { RunSummary } from './schemas.ts'

interface Measured {
  answerable: boolean
  ndcg: number | null
  recall: number | null
  citationPrecision: number | null
  abstained: boolean
  searchMs: number
  answerMs: number | null
}

export function summarize(results: readonly Measured[]): RunSummary {
  const answerable = results.filter((result) => result.answerable)
  const unanswerable = results.filter((result) => !result.answerable)
  const abstained = (some: readonly Measured[]) =>
    meanOf(some.map((result) => (result.abstained ? 1 : 0)))
  return {
    ndcg: meanOf(results.map(({ ndcg }) => ndcg)),
    recall: meanOf(results.map(({ recall }) => recall)),
    citationPrecision: meanOf(results.map((result) => result.citationPrecision)),
    abstainedWrongly: abstained(answerable),
    abstainedRightly: abstained(unanswerable),
    searchMs: spreadOf(results.map(({ searchMs }) => searchMs)),
    answerMs: spreadOf(results.flatMap(({ answerMs }) => (answerMs === null ? [] : [answerMs]))),
    answerable: answerable.length,
    unanswerable: unanswerable.length,
  }
}

function spreadOf(ms: readonly number[]): RunSummary['searchMs'] {
  const [p50, p95] = [percentileOf(0.5, ms), percentileOf(0.95, ms)]
  return p50 === null || p95 === null ? null : { p50, p95 }
}
