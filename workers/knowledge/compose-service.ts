/** An answer as it is made: the sources go to the model, and of what it says only what is proved comes out. */
import { withSpan } from '../../shared/tracing.ts'
import { abstention } from './abstain.ts'
import { type ChatContext, streamChat, type Usage } from './chat-client.ts'
import { type CitableSource, type Cited, createCiter } from './citing.ts'
import type { Clock } from './clock.ts'
import { promptOf, sourceIds } from './prompt.ts'
import type { WideHit } from './retrieve-service.ts'
import type { Answer, AskEvent, Turn } from './schemas.ts'

type Made = Pick<Answer, 'abstained' | 'text' | 'citations' | 'withheld' | 'usage'>

/** Has the model answer from what was found; without a citation that holds it becomes an abstention. */
export async function* compose(
  ctx: ChatContext,
  clock: Clock,
  { question, history }: { question: string; history: readonly Turn[] },
  hits: readonly WideHit[],
  signal: AbortSignal,
): AsyncGenerator<AskEvent, Made> {
  const usage: Usage = { inputTokens: 0, outputTokens: 0 }
  const sources = toSources(hits)
  const asked = await withSpan({ name: 'agent.build_messages' }, async () =>
    sources.length > 0 ? promptOf(question, history, sources) : [],
  )
  const cited =
    asked.length > 0
      ? yield* prove(clock, streamChat(ctx, asked, signal), sources, usage)
      : { text: '', citations: [], withheld: 0 }
  const { citations, withheld } = cited
  if (withheld > 0) ctx.log.warn('statements without proof were withheld', { withheld })
  const abstained = citations.length === 0
  const text = await withSpan({ name: 'agent.format_response' }, async () =>
    abstained ? abstention(question) : cited.text,
  )
  if (abstained) yield { type: 'delta', text }
  return { abstained, text, citations, withheld, usage }
}

/** Passes the model's text on as it is proved. @param usage Filled in once the model has ended. */
async function* prove(
  clock: Clock,
  stream: AsyncGenerator<string, Usage>,
  sources: readonly CitableSource[],
  usage: Usage,
): AsyncGenerator<AskEvent, Cited> {
  const citer = createCiter(sources)
  const stopModel = clock.start('modelMs')
  const stopFirst = clock.start('firstTokenMs')
  try {
    for (let part = await stream.next(); ; part = await stream.next()) {
      stopFirst()
      if (part.done) {
        Object.assign(usage, part.value)
        break
      }
      yield* citer.push(part.value)
    }
    return yield* citer.finish()
  } finally {
    stopModel()
    await stream.return(usage)
  }
}

/** Under ids no document can know beforehand. */
export function toSources(hits: readonly WideHit[]) {
  const ids = sourceIds(hits.length, crypto.getRandomValues(new Uint8Array(64)))
  return hits.map((hit, index) => ({ ...hit, id: ids[index] ?? '' }))
}
