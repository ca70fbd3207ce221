/**
 * One reply in a live conversation. The documents are searched before the model is asked and what they say goes
 * along with the question, so there is one call of the model before the first word. Its tools are the
 * client's, who runs them and comes back with their results.
 */
import {
  citeFrom,
  type Found,
  type KnowledgeContext,
  searchKnowledge,
} from '../knowledge/service.ts'
import { type ModelContext, streamReply } from './chat-client.ts'
import { languageOf, phrasesIn } from './phrases.ts'
import { type SpokenEvent, type SpokenRequest, spokenMessages } from './speak.ts'

export type SpeakContext = ModelContext & KnowledgeContext

/**
 * Yields text and citations in the order of what is said, and last `done`. Statements whose marks prove
 * nothing are withheld.
 *
 * @param signal Stops the search and the model; the generator then throws an AbortError.
 * @throws ProblemError dependency_down when no model answers
 */
export async function* converse(
  ctx: SpeakContext,
  asked: SpokenRequest,
  signal: AbortSignal,
): AsyncGenerator<SpokenEvent> {
  const began = ctx.now().getTime()
  const found = await search(ctx, asked, signal)
  const askedAt = ctx.now().getTime()
  const messages = spokenMessages(asked, found.text)
  const { tools, toolChoice } = asked
  const stream = streamReply(ctx, { messages, tools, toolChoice }, signal)
  const citer = found.sources.length > 0 ? citeFrom(found.sources, []) : undefined
  let [isSaid, firstTokenMs] = [false, undefined as number | undefined]
  const told = function* (events: Iterable<SpokenEvent>): Generator<SpokenEvent> {
    for (const event of events) {
      isSaid ||= event.type === 'delta' && event.text.trim() !== ''
      yield event
    }
  }
  try {
    for (;;) {
      const next = await stream.next()
      firstTokenMs ??= ctx.now().getTime() - askedAt
      if (!next.done) {
        yield* told(citer ? citer.push(next.value) : [{ type: 'delta', text: next.value }])
        continue
      }
      if (citer) yield* told(rest(citer))
      const { calls, usage } = next.value
      if (!isSaid && calls.length === 0) {
        yield { type: 'delta', text: phrasesIn(languageOf(asked.question)).noAnswer }
      }
      const timings = { searchMs: askedAt - began, firstTokenMs }
      yield { type: 'done', calls, usage, timings }
      return
    }
  } finally {
    // Whoever listens may leave in the middle; what was said until then is charged.
    await stream[Symbol.asyncDispose]()
  }
}

function* rest(citer: ReturnType<typeof citeFrom>) {
  yield* citer.finish()
}

const NOTHING: Found = { text: '', sources: [] }

/** A conversation goes on without the documents while they cannot be searched. */
async function search(
  ctx: SpeakContext,
  { question, history }: SpokenRequest,
  signal: AbortSignal,
): Promise<Found> {
  try {
    const asked = { question, history: [...history], isRewritten: false }
    const found = await searchKnowledge(ctx, asked, signal)
    return found.sources.length > 0 ? found : NOTHING
  } catch (error) {
    signal.throwIfAborted()
    ctx.log.error('the documents could not be searched', { error })
    return NOTHING
  }
}
