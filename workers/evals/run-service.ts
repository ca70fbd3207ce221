/**
 * Runs: the same search and the same answers that people get, asked of every case of a set. A run is done
 * in slices of a few cases under a lease; a worker that dies costs one slice, and the minute's cron goes
 * on with what nobody works on. It runs in the edge Worker, because that is what is to be measured.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { withSpan } from '../../shared/tracing.ts'
import { askSettings, baseVersion } from '../knowledge/service.ts'
import { compareValues, type Values } from './compare.ts'
import * as store from './run-store.ts'
import type {
  ComparisonQuery,
  EvalComparison,
  EvalResult,
  EvalResultPage,
  EvalRun,
  EvalRunPage,
  NewEvalRun,
  PageQuery,
  RunProfile,
  RunQuery,
} from './schemas.ts'
import { getSet, missing, pageOf } from './service.ts'
import { selectCases } from './store.ts'
import { summarize } from './summary.ts'
import { type TrialContext, tryCase } from './trial-service.ts'

export type RunContext = TrialContext

/** Runs of a tenant that are under way at once. */
const MOST_OPEN = 5
/** Cases between two writes. */
const SLICE = 10
/** Claims without a case done after which a run is given up. */
const MOST_ATTEMPTS = 5
/** How long the request that begins a run goes on with it by itself; the platform ends it at 30 s. */
const OWN_MS = 20_000

/**
 * Begins a run with what the tenant's flags say now; it does not follow them later.
 *
 * @throws ProblemError not_found; conflict for a set without cases, or when too many runs are under way
 */
export async function startRun(
  ctx: RunContext,
  setId: string,
  asked: NewEvalRun,
): Promise<EvalRun> {
  const { kbId } = await getSet(ctx, setId)
  const profile = await profileOf(ctx, asked)
  const id = newId(ctx.now())
  const kbVersion = await baseVersion(ctx, kbId)
  const run = { id, setId, kbId, label: asked.label, profile, kbVersion }
  if (!(await store.insertRun(ctx, run, MOST_OPEN))) {
    const detail = `Give the set a case first, or wait until fewer than ${MOST_OPEN} runs are under way.`
    throw new ProblemError('conflict', detail)
  }
  // As the job it is, not as whoever began it: what a run sees depends on nobody's labels.
  const actor = { type: 'system', job: 'workOnEvals' } as const
  ctx.defer(workOn({ ...ctx, actor }, id, OWN_MS))
  return getRun(ctx, id)
}

/** What a run measures; what is not asked for is as the tenant's flags say now. */
export async function profileOf(ctx: RunContext, asked: NewEvalRun): Promise<RunProfile> {
  const flags = await askSettings(ctx)
  const { EMBEDDING_MODEL: embeddingModel, CHAT_MODEL: chatModel } = ctx.env
  const { arm, answers } = asked
  const strategy = asked.strategy ?? flags.strategy
  const maxSources = asked.maxSources ?? flags.maxSources
  const minRelevance = asked.minRelevance ?? flags.minRelevance
  return { arm, strategy, maxSources, minRelevance, answers, embeddingModel, chatModel }
}

/** @throws ProblemError not_found */
export async function getRun(ctx: RunContext, id: string): Promise<EvalRun> {
  const run = await store.findRun(ctx, id)
  if (!run) throw missing('run')
  return run
}

export async function listRuns(ctx: RunContext, query: RunQuery): Promise<EvalRunPage> {
  return pageOf(await store.selectRuns(ctx, { ...query, limit: query.limit + 1 }), query)
}

/** One that is over stays as it is. @throws ProblemError not_found */
export async function cancelRun(ctx: RunContext, id: string): Promise<EvalRun> {
  await store.cancelRun(ctx, id)
  return getRun(ctx, id)
}

/** @throws ProblemError not_found */
export async function deleteRun(ctx: RunContext, id: string): Promise<void> {
  if (!(await store.deleteRun(ctx, id))) throw missing('run')
}

/** @throws ProblemError not_found */
export async function listResults(
  ctx: RunContext,
  runId: string,
  query: PageQuery,
): Promise<EvalResultPage> {
  await getRun(ctx, runId)
  const found = await store.selectResults(ctx, runId, { ...query, limit: query.limit + 1 })
  const items = found.slice(0, query.limit).map(toWire)
  const nextCursor = found.length > query.limit ? (items.at(-1)?.caseId ?? null) : null
  return { items, nextCursor }
}

function toWire(result: store.StoredResult): EvalResult {
  const { caseId, question, ndcg, recall, citationPrecision } = result
  const { abstained, searchMs, answerMs, documents } = result
  const scores = { ndcg, recall, citationPrecision, abstained }
  return { caseId, question, ...scores, searchMs, answerMs, documents }
}

/** @throws ProblemError not_found; conflict for runs of two sets, or one that is not done */
export async function compareRuns(
  ctx: RunContext,
  query: ComparisonQuery,
): Promise<EvalComparison> {
  const [base, other] = await Promise.all([getRun(ctx, query.base), getRun(ctx, query.other)])
  const isFit = base.setId === other.setId && base.status === 'done' && other.status === 'done'
  if (!isFit) throw new ProblemError('conflict', 'Compare two runs of one set that are both done.')
  const [first, second] = await Promise.all([
    store.selectResults(ctx, base.id),
    store.selectResults(ctx, other.id),
  ])
  const difference = (name: 'ndcg' | 'recall' | 'citationPrecision' | 'searchMs') => {
    const values = (results: store.StoredResult[]): Values =>
      new Map(results.map((result) => [result.caseId, result[name]]))
    return compareValues(values(first), values(second))
  }
  return {
    base,
    other,
    ndcg: difference('ndcg'),
    recall: difference('recall'),
    citationPrecision: difference('citationPrecision'),
    searchMs: difference('searchMs'),
  }
}

/** Does what can be done of a run in so many milliseconds, unless somebody else does it. */
export async function workOn(ctx: RunContext, id: string, ms: number): Promise<void> {
  const held = await store.claimRun(ctx, id)
  if (!held) return
  const until = ctx.now().getTime() + ms
  await withSpan({ name: 'eval.work', attributes: { eval_run_id: id } }, async () => {
    try {
      if (held.attempts > MOST_ATTEMPTS) throw new GivenUp()
      await workUntil(ctx, held, until)
    } catch (error) {
      await settle(ctx, held, error)
    }
  })
}

/** Nobody who took the run lived to say why. */
class GivenUp extends Error {}

async function workUntil(ctx: RunContext, held: store.Claimed, until: number): Promise<void> {
  const { run } = held
  const before = new Date(run.createdAt)
  let cursor = held.lastCase ?? undefined
  while (ctx.now().getTime() < until) {
    const from = cursor === undefined ? {} : { cursor }
    const cases = await selectCases(ctx, run.setId, { limit: SLICE, before, ...from })
    if (cases.length === 0) return finish(ctx, held)
    const results: store.StoredResult[] = []
    let microDollars = 0
    // One after another: cases that run side by side would wait for each other, and be measured so.
    for (const one of cases) {
      const { result, costMicroDollars } = await tryCase(ctx, run, one)
      results.push(result)
      microDollars += costMicroDollars
    }
    if (!(await store.keepResults(ctx, held, results, microDollars))) return
    cursor = cases.at(-1)?.id
  }
  await store.releaseRun(ctx, held)
}

async function finish(ctx: RunContext, held: store.Claimed): Promise<void> {
  const [results, kbVersionEnd] = await Promise.all([
    store.selectResults(ctx, held.run.id),
    baseVersion(ctx, held.run.kbId),
  ])
  const summary = summarize(results)
  await store.endRun(ctx, held, { status: 'done', summary, kbVersionEnd })
}

/** What is the same in a minute. */
const HOPELESS: ReadonlySet<string> = new Set([
  'misconfigured',
  'budget_exceeded',
  'invalid_fields',
])

async function settle(ctx: RunContext, held: store.Claimed, error: unknown): Promise<void> {
  const { attempts, run } = held
  const isOver =
    attempts >= MOST_ATTEMPTS || (error instanceof ProblemError && HOPELESS.has(error.code))
  ctx.log.error('an evaluation run failed', { eval_run_id: run.id, attempts, error })
  if (isOver) return store.endRun(ctx, held, { status: 'failed', error: reasonOf(error) })
  await store.releaseRun(ctx, held, Math.min(2 ** attempts, 60))
}

function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof ProblemError) return { code: error.code, message: error.message }
  if (error instanceof GivenUp) {
    return { code: 'gave_up', message: 'It was tried several times and never went on.' }
  }
  return { code: 'internal', message: 'It failed unexpectedly; the log has the cause.' }
}
