/**
 * Asking a knowledge base. Routes and voice sessions call this; documents are document-service.ts.
 *
 * A question passes two gates: without a relevant chunk the model is not called at all, and without a
 * verified citation its answer is not given.
 */
import { type CacheContext, createCache } from '../../shared/cache.ts'
import { newId } from '../../shared/ids.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { traceStream, withSpan } from '../../shared/tracing.ts'
import { requireModels } from '../flags/client-service.ts'
import { withBill } from '../usage/service.ts'
import { ANSWER_SECONDS, isFrom, isHeld, keyOfAnswer, parseKept, replay } from './answers.ts'
import type { ChatContext } from './chat-client.ts'
import { type CitableSource, createCiter } from './citing.ts'
import { startClock } from './clock.ts'
import { compose, toSources } from './compose-service.ts'
import { EMBEDDING_BATCH, embedTexts } from './embedding-client.ts'
import { insertAnswer } from './feedback-store.ts'
import { type Filter, jsonpathOf } from './filters.ts'
import { profileOf } from './profiles.ts'
import { toolResultOf } from './prompt.ts'
import {
  type ReachContext,
  reachFor,
  recordCited,
  recordReads,
  sensitiveIn,
} from './reach-service.ts'
import { retrieve, type RetrievalContext, type WideHit } from './retrieve-service.ts'
import type { Answer, AskEvent, Citation, KeptAnswer, Shown, Turn } from './schemas.ts'
import { type AskSettings, askSettings } from './settings-service.ts'
import { settingsOf, type Trial } from './trial-service.ts'
export { askSettings, EMBEDDING_BATCH, embedTexts, profileOf }
export { baseVersion, hasBase, type Trial, trySearch } from './trial-service.ts'
export { findDocuments } from './trial-store.ts'
/** For surfaces of other protocols over the same things. */
export { changeDocument } from './access-service.ts'
export * as bases from './base-service.ts'
export { listDocuments } from './document-read-service.ts'
export * as publication from './publish-service.ts'
export * as documents from './document-service.ts'
export * as files from './file-service.ts'
export { getFeedback } from './feedback-service.ts'
export { searchBases } from './search-service.ts'

export type KnowledgeContext = ChatContext & RetrievalContext & CacheContext & ReachContext

export interface Ask {
  question: string
  /** Earlier turns, oldest first. */
  history?: readonly Turn[]
  /** Knowledge bases to look in; left out: all. */
  kbs?: readonly string[] | undefined
  /** What documents must be like. */
  filters?: Filter | undefined
  /** Chunks the model is shown at most; left out: as the flag says. */
  maxSources?: number | undefined
  /** False where nobody may wait until a model has reworded the question, as while somebody speaks. */
  isRewritten?: boolean
}

const answers = createCache<KeptAnswer>({
  namespace: 'answer',
  freshMs: 60_000,
  staleMs: 0,
  ttlSeconds: ANSWER_SECONDS,
  maxEntries: 500,
  parse: parseKept,
})

/**
 * Answers from the documents, with citations whose quotes were found in them; or abstains.
 *
 * `found` comes first. A citation's event comes before the text that carries its mark; `done` is the
 * last event and holds the whole answer. Only statements that were proved are sent, each in one piece.
 *
 * @param signal Stops the search and the model; the generator then throws an AbortError.
 * @throws ProblemError dependency_down; invalid_fields for a knowledge base that is not there
 */
export function answerQuestion(
  ctx: KnowledgeContext,
  ask: Ask,
  signal: AbortSignal,
): AsyncGenerator<AskEvent> {
  const attributes = { input_length: ask.question.length, ...whoOf(ctx) }
  return traceStream({ name: 'agent.process_message', attributes }, (span) =>
    counted(ctx, ask, signal, (length) => span.set({ response_length: length })),
  )
}

const whoOf = ({ actor }: KnowledgeContext) =>
  actor.type === 'user' ? { user_id: actor.userId, session_id: actor.sessionId } : {}

async function* counted(
  ctx: KnowledgeContext,
  ask: Ask,
  signal: AbortSignal,
  noteLength: (length: number) => void,
): AsyncGenerator<AskEvent> {
  let sources: readonly Shown[] = []
  try {
    for await (const event of answer(ctx, ask, signal)) {
      if (event.type === 'found') ({ sources } = event)
      // Before whoever reads may leave.
      if (event.type === 'done') {
        noteLength(event.answer.text.length)
        countAnswer(ctx.metrics, event.answer)
        ctx.defer(keepAnswer(ctx, ask.question, event.answer, sources))
      }
      yield event
    }
  } catch (error) {
    const labels = { success: 'false', has_citations: 'false' } as const
    if (!signal.aborted) ctx.metrics.inc('voiceassist_rag_queries_total', labels)
    throw error
  }
}

/** So that it can be rated. */
function keepAnswer(
  ctx: KnowledgeContext,
  question: string,
  { answerId, abstained, citations, kbVersions }: Answer,
  sources: readonly Shown[],
): Promise<void> {
  const chunks = sources.flatMap(({ documentId, around, ...own }) =>
    [own, ...around].map(({ ordinal, start, end }) => {
      const isCited = (citation: Citation) => isFrom(citation, { documentId, start, end })
      return { documentId, ordinal, cited: citations.some(isCited) }
    }),
  )
  return insertAnswer(ctx, { id: answerId, question, abstained, kbVersions, chunks })
}

async function* answer(
  asker: KnowledgeContext,
  { question, history = [], kbs, filters, maxSources: wanted }: Ask,
  signal: AbortSignal,
  instead: Partial<AskSettings> = {},
): AsyncGenerator<AskEvent> {
  const clock = startClock(asker.now)
  const answerId = newId(asker.now())
  const ctx = withBill(asker, answerId)
  const [reached, flags] = await Promise.all([
    clock.time('versionMs', reachFor(ctx, kbs)),
    askSettings(ctx, wanted),
  ])
  const settings = { ...flags, ...instead }
  const { strategy, maxSources, minRelevance, isCached, isRewritten, isFed, isLogged } = settings
  const filter = filters && jsonpathOf(filters)
  const { CHAT_MODEL: chatModel, EMBEDDING_MODEL: embeddingModel } = ctx.env
  const search = [strategy, maxSources, minRelevance, filter, isRewritten, isFed]
  const models = { chatModel, embeddingModel, search }
  const { version, reader } = reached
  const key = await keyOfAnswer({ version, reader, question, history, ...models })
  const kept = isCached ? await clock.time('cacheMs', answers.peek(ctx, key)) : undefined
  const unused = { usage: { inputTokens: 0, outputTokens: 0 }, costMicroDollars: 0 }
  if (kept && isHeld(kept, ctx.now())) {
    recordReads(ctx, kept.sensitive, 'answer')
    recordCited(ctx, kept.sensitive, kept.answer.citations)
    const again = { answerId, ...unused, cached: true, timings: clock.timings() }
    if (isLogged) logAnswer(ctx, { ...kept.answer, ...again }, kept.sources.length, settings)
    yield* replay({ ...kept, answer: { ...kept.answer, ...again } })
    return
  }
  await requireModels(ctx)
  const hits = await withSpan({ name: 'knowledge.retrieve' }, () =>
    retrieve(ctx, clock, { question, history, filter }, reached, settings, signal),
  )
  const [sources, sensitive] = [hits.map(toShown), sensitiveIn(hits)]
  recordReads(ctx, sensitive, 'answer')
  yield { type: 'found', answerId, sources }
  const made = yield* compose(ctx, clock, { question, history }, hits, signal)
  const { microDollars: costMicroDollars } = ctx.bill
  const timings = clock.timings()
  const { versions: kbVersions } = reached
  const whole: Answer = { answerId, ...made, kbVersions, costMicroDollars, cached: false, timings }
  recordCited(ctx, sensitive, whole.citations)
  const storedAt = ctx.now().getTime()
  if (isCached) answers.put(ctx, key, { answer: whole, sources, sensitive, storedAt })
  if (isLogged) logAnswer(ctx, whole, sources.length, settings)
  yield { type: 'done', answer: whole }
}

/** How the answer came about; neither question nor answer, which are nobody's to read here. */
function logAnswer(
  ctx: KnowledgeContext,
  { answerId, abstained, cached, timings, usage }: Answer,
  sources: number,
  { strategy, maxSources, minRelevance, isRewritten, isFed }: AskSettings,
): void {
  const how = { strategy, maxSources, minRelevance, isRewritten, isFed }
  ctx.log.info('answered', { answerId, abstained, cached, sources, timings, usage, ...how })
}

/**
 * An answer that is measured and given to nobody: from no cache, and in no statistics.
 *
 * @throws ProblemError dependency_down; invalid_fields for a knowledge base that is not there
 */
export async function tryAnswer(
  ctx: KnowledgeContext,
  trial: Trial,
  signal: AbortSignal,
): Promise<Answer> {
  const { question, kbId } = trial
  const settings = await settingsOf(ctx, trial)
  for await (const event of answer(ctx, { question, kbs: [kbId] }, signal, settings)) {
    if (event.type === 'done') return event.answer
  }
  throw new Error('an answer always ends with done')
}

export interface Found {
  /** For the model: the sources, and how they are cited. */
  text: string
  /** What `citeFrom` holds the model's answer against. */
  sources: CitableSource[]
}

/**
 * Finds what may answer a question, for a model that calls this as a tool.
 *
 * @param signal Stops the search; it then throws an AbortError.
 * @throws ProblemError dependency_down
 */
export async function searchKnowledge(
  ctx: KnowledgeContext,
  { question, history = [], kbs, filters, maxSources, isRewritten = true }: Ask,
  signal: AbortSignal,
): Promise<Found> {
  const [reached, flags] = await Promise.all([reachFor(ctx, kbs), askSettings(ctx, maxSources)])
  const settings = { ...flags, isRewritten: flags.isRewritten && isRewritten }
  const asked = { question, history, filter: filters && jsonpathOf(filters) }
  const hits = await retrieve(ctx, startClock(ctx.now), asked, reached, settings, signal)
  recordReads(ctx, sensitiveIn(hits), 'answer')
  const sources = toSources(hits)
  return { text: toolResultOf(sources), sources }
}

/**
 * Follows a model's text that has sources among other things it says: marks that hold become
 * citations, numbered on from those `before`; statements whose marks do not are withheld.
 */
export const citeFrom = (sources: readonly CitableSource[], before: readonly Citation[]) =>
  createCiter(sources, { before, keepsUnmarked: true })

function toShown(hit: WideHit): Shown {
  const { documentId, ordinal, title, fileName, page, start, end, text, score, attributes } = hit
  const around = hit.parts
    .filter((part) => part.ordinal !== ordinal)
    .map((part) => ({ ordinal: part.ordinal, start: part.start, end: part.end }))
  const place = { documentId, ordinal, title, fileName, page, start, end }
  return { ...place, text, score, attributes, around }
}

const STAGES = [
  ['cacheMs', 'cache'],
  ['embedMs', 'embed'],
  ['searchMs', 'search'],
  ['rewriteMs', 'rewrite'],
  ['rerankMs', 'rerank'],
  ['modelMs', 'generate'],
  ['totalMs', 'total'],
] as const

function countAnswer(metrics: Metrics, answered: Answer): void {
  const { citations, abstained, timings, costMicroDollars, cached } = answered
  const has_citations = citations.length > 0 ? 'true' : 'false'
  metrics.inc('voiceassist_rag_queries_total', { success: 'true', has_citations })
  metrics.observe('voiceassist_rag_citations_per_query', {}, citations.length)
  if (abstained) metrics.inc('voiceassist_rag_abstentions_total', {})
  const dollars = costMicroDollars / 1_000_000
  if (!cached) metrics.observe('voiceassist_answer_cost_dollars', { endpoint: 'ask' }, dollars)
  for (const [name, stage] of STAGES) {
    const ms = timings[name]
    if (ms === undefined) continue
    metrics.observe('voiceassist_rag_stage_duration_seconds', { stage }, ms / 1000)
  }
  const { firstTokenMs } = timings
  if (firstTokenMs === undefined) return
  metrics.observe('voiceassist_rag_first_token_seconds', {}, firstTokenMs / 1000)
}
