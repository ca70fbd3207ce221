/** Answers as they are kept for the next asker: the key they lie under, and how long they hold. */
import type { Reader } from './readers.ts'
import { type AskEvent, type Citation, KeptAnswer, type Shown, type Turn } from './schemas.ts'

/** Milliseconds an abstention holds: what is missing now may be uploaded any minute. */
const ABSTENTION_MS = 5 * 60 * 1000
/** Seconds an answer holds; a change of the knowledge base ends it at once, for its key changes. */
export const ANSWER_SECONDS = 24 * 60 * 60

/** Everything an answer depends on. The tenant is in every key of the cache already. */
export interface AnswerKey {
  /** Of all knowledge bases that were asked. */
  version: string
  /** What the asker may see: another one may not, and gets no answer made from it. */
  reader: Reader
  question: string
  history: readonly Turn[]
  chatModel: string
  embeddingModel: string
  /** Of the settings, those that change what is found. */
  search: readonly (string | number | boolean | undefined)[]
}

/** A digest: neither the question nor the conversation may be readable in a cache's key. */
export async function keyOfAnswer({ question, ...rest }: AnswerKey): Promise<string> {
  const normal = question.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  const text = JSON.stringify([
    normal,
    rest.version,
    rest.reader.labels,
    rest.reader.seesPhi,
    rest.chatModel,
    rest.embeddingModel,
    rest.history,
    rest.search,
  ])
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Undefined for what an older release stored in another shape. */
export function parseKept(text: string): KeptAnswer | undefined {
  const kept = KeptAnswer.safeParse(JSON.parse(text))
  return kept.success ? kept.data : undefined
}

/** Whether a citation's words are a source's. */
export const isFrom = (
  { documentId, start, end }: Citation,
  source: Pick<Shown, 'documentId' | 'start' | 'end'>,
) => documentId === source.documentId && start >= source.start && end <= source.end

export const isHeld = ({ answer, storedAt }: KeptAnswer, now: Date) =>
  !answer.abstained || now.getTime() - storedAt < ABSTENTION_MS

/** The events of an answer that is known already. */
export function* replay({ answer, sources }: KeptAnswer): Generator<AskEvent> {
  yield { type: 'found', answerId: answer.answerId, sources }
  for (const citation of answer.citations) yield { type: 'citation', citation }
  yield { type: 'delta', text: answer.text }
  yield { type: 'done', answer }
}
