/** The knowledge feature's data as it travels: documents, jobs, questions, answers, queue messages. */
import { z } from '@hono/zod-openapi'
import { AttributeMap, Labels, SearchFilter } from './access-schemas.ts'
import { BaseId, BaseIds } from './base-schemas.ts'
import { SUSPICIONS } from './suspicion.ts'
export { AttributeMap, SearchFilter }
export { Base, BaseId } from './base-schemas.ts'
export { Gate } from './gate-schemas.ts'

export const JobStatus = z.enum([
  'queued',
  'parsing',
  'embedding',
  'ready',
  'failed',
  'needs_ocr',
  'cancelled',
])
export type JobStatus = z.infer<typeof JobStatus>

/** Whether nothing more happens by itself. */
export const isTerminal = (status: JobStatus) =>
  status !== 'queued' && status !== 'parsing' && status !== 'embedding'

/** What indexing does at the moment; `done` in every terminal state. */
export const JobStage = z.enum(['queue', 'fetch', 'extract', 'embed', 'publish', 'done'])
export type JobStage = z.infer<typeof JobStage>

export const JobError = z.object({ code: z.string(), message: z.string() })
export type JobError = z.infer<typeof JobError>

const progress = {
  status: JobStatus,
  stage: JobStage,
  percent: z.int().min(0).max(100),
  /** Until it is done, at the pace so far; null while that cannot be told. */
  etaSeconds: z.int().nullable(),
  /** Why it failed, or why it waits for its next try. */
  error: JobError.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}

export const Document = z
  .object({
    id: z.uuid(),
    /** The knowledge base it is in. */
    kb: BaseId,
    title: z.string(),
    /** As it was uploaded. */
    fileName: z.string(),
    mediaType: z.string(),
    bytes: z.int(),
    /** Null until the document was read once. */
    pages: z.int().nullable(),
    /** Chunks that can be found at the moment. */
    chunks: z.int(),
    /** The document whose text this one's is to the letter; answers cite that one. */
    duplicateOf: z.uuid().nullable(),
    /** What in its text looks like an attempt on whoever reads it with a model; it is kept all the same. */
    suspicions: z.array(z.enum(SUSPICIONS)),
    /** Who may read it; null: everybody who may ask. */
    labels: Labels.nullable(),
    /** Health data: read only with the permission for it. */
    phi: z.boolean(),
    attributes: AttributeMap,
    ...progress,
  })
  .openapi('Document')
export type Document = z.infer<typeof Document>

export const Job = z
  .object({
    id: z.uuid(),
    documentId: z.uuid(),
    /** Tries of the part at hand. */
    attempts: z.int(),
    pagesDone: z.int(),
    /** Totals are null until they are known. */
    pagesTotal: z.int().nullable(),
    chunksDone: z.int(),
    chunksTotal: z.int().nullable(),
    /** How many runs stand before it in the queue; null when it does not wait. */
    ahead: z.int().nullable(),
    ...progress,
  })
  .openapi('Job')
export type Job = z.infer<typeof Job>

export const Submitted = z.object({ document: Document, job: Job }).openapi('SubmittedDocument')
export type Submitted = z.infer<typeof Submitted>

/** What became of a document's runs, one step each. */
const DocumentEvent = z
  .object({
    id: z.int(),
    /** Which run, counted from 1. */
    generation: z.int(),
    /** A state that was reached; or `waiting` for the next try, `resumed` after a worker died, `replayed`. */
    event: z.string(),
    percent: z.int(),
    error: JobError.nullable(),
    at: z.iso.datetime(),
  })
  .openapi('DocumentEvent')
export type DocumentEvent = z.infer<typeof DocumentEvent>

/** Newest first; the last 200 of the last 90 days. */
export const DocumentEvents = z.object({ items: z.array(DocumentEvent) }).openapi('DocumentEvents')
export type DocumentEvents = z.infer<typeof DocumentEvents>

/** A slice of a run that was given up. */
const DeadLetter = z
  .object({
    id: z.uuid(),
    documentId: z.uuid(),
    title: z.string(),
    generation: z.int(),
    slice: z.int(),
    attempts: z.int(),
    error: JobError.nullable(),
    diedAt: z.iso.datetime(),
  })
  .openapi('DeadLetter')
export type DeadLetter = z.infer<typeof DeadLetter>

export const LetterQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
})
export type LetterQuery = z.output<typeof LetterQuery>

export const DeadLetterPage = z
  .object({ items: z.array(DeadLetter), nextCursor: z.string().nullable() })
  .openapi('DeadLetterPage')
export type DeadLetterPage = z.infer<typeof DeadLetterPage>

/** How many documents were queued again; more may be left when `hasMore`. */
export const RetriedAll = z
  .object({ retried: z.int(), hasMore: z.boolean() })
  .openapi('RetriedDocuments')
export type RetriedAll = z.infer<typeof RetriedAll>

export const DocumentQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
  status: JobStatus.optional(),
  kb: BaseId.optional(),
})
export type DocumentQuery = z.output<typeof DocumentQuery>

export const DocumentPage = z
  .object({ items: z.array(Document), nextCursor: z.string().nullable() })
  .openapi('DocumentPage')
export type DocumentPage = z.infer<typeof DocumentPage>

/** Where a page's text lies in the canonical text; UTF-16 offsets, end exclusive. */
const PageSpan = z.object({ page: z.int(), start: z.int(), end: z.int() })
export type PageSpan = z.infer<typeof PageSpan>

/** What the indexer keeps beside the original: the text every span refers to. */
export const CanonicalText = z.object({ text: z.string(), pages: z.array(PageSpan) })
export type CanonicalText = z.infer<typeof CanonicalText>

const Chunk = PageSpan.extend({ context: z.string(), pageStarts: z.array(z.int()) })

/** The canonical text with how a run cut it: later slices go by this, whatever the code says by then. */
export const StoredText = CanonicalText.extend({
  title: z.string(),
  textSha256: z.string(),
  chunks: z.array(Chunk),
})
export type StoredText = z.infer<typeof StoredText>

/** Pages of a PDF between two slices: see pdf-layout.ts. */
export const ReadPages = z.array(
  z.array(z.array(z.object({ text: z.string(), cells: z.int(), y: z.number(), size: z.number() }))),
)

export const DocumentText = CanonicalText.extend({
  documentId: z.uuid(),
  title: z.string(),
}).openapi('DocumentText')
export type DocumentText = z.infer<typeof DocumentText>

const Turn = z.object({ role: z.enum(['user', 'assistant']), content: z.string().max(8000) })
export type Turn = z.infer<typeof Turn>

export const Question = z
  .strictObject({
    question: z
      .string()
      .trim()
      .min(1, 'Ask something.')
      .max(4000, 'Ask in at most 4,000 characters.'),
    /** Earlier turns of the conversation, oldest first. */
    history: z.array(Turn).max(40).default([]),
    kbs: BaseIds.optional(),
    /** What documents must be like. */
    filters: SearchFilter.optional(),
  })
  .openapi('Question')
export type Question = z.output<typeof Question>

export const Citation = z
  .object({
    /** The mark in the text, as in [1]. */
    number: z.int(),
    documentId: z.uuid(),
    title: z.string(),
    page: z.int(),
    /** Span of the quote in the document's canonical text. */
    start: z.int(),
    end: z.int(),
    quote: z.string(),
  })
  .openapi('Citation')
export type Citation = z.infer<typeof Citation>

export const Answer = z
  .object({
    answerId: z.uuid(),
    /** True when the documents do not support an answer; `text` then says so. */
    abstained: z.boolean(),
    text: z.string(),
    citations: z.array(Citation),
    /** Version of each knowledge base it was searched in, by the base's id. */
    kbVersions: z.record(z.string(), z.int()),
    /** Statements of the model left out because no quote of theirs could be verified. */
    withheld: z.int(),
    /** True when it was given before and neither model was called. */
    cached: z.boolean(),
    usage: z.object({ inputTokens: z.int(), outputTokens: z.int() }),
    /** What all provider calls made for it cost; 0 when it was given before. */
    costMicroDollars: z.int(),
    /** Milliseconds per stage; a stage that did not run is absent. */
    timings: z.record(z.string(), z.number()),
  })
  .openapi('Answer')
export type Answer = z.infer<typeof Answer>

/** A chunk the model was shown, and how well it fits the question. */
export const Shown = z.object({
  documentId: z.uuid(),
  ordinal: z.int(),
  title: z.string(),
  fileName: z.string(),
  page: z.int(),
  /** Span in the document's canonical text. */
  start: z.int(),
  end: z.int(),
  text: z.string(),
  score: z.number(),
  /** Of its document. */
  attributes: AttributeMap.default({}),
  /** Chunks of its section that the model was shown with it. */
  around: z.array(z.object({ ordinal: z.int(), start: z.int(), end: z.int() })).default([]),
})
export type Shown = z.infer<typeof Shown>

/** An answer for the next asker. */
export const KeptAnswer = z.object({
  answer: Answer,
  sources: z.array(Shown),
  /** Sources that only some may read: the next one is to be seen reading them too. */
  sensitive: z.array(z.object({ documentId: z.uuid(), isPhi: z.boolean() })),
  /** Milliseconds since 1970. */
  storedAt: z.number().positive(),
})
export type KeptAnswer = z.infer<typeof KeptAnswer>

export type AnswerEvent =
  | { type: 'delta'; text: string }
  | { type: 'citation'; citation: Citation }
  | { type: 'done'; answer: Answer }

/** What happens while a question is answered. `found` comes first; what an answer cites is among it. */
export type AskEvent = { type: 'found'; answerId: string; sources: Shown[] } | AnswerEvent

/** Names one slice of one indexing run; small, because what it works on is in the database and in R2. */
export const DocumentMessage = z.object({
  tenantId: z.string().min(1),
  documentId: z.uuid(),
  generation: z.int().min(1),
  slice: z.int().min(0),
  requestId: z.string(),
  traceparent: z.string(),
})
export type DocumentMessage = z.infer<typeof DocumentMessage>
