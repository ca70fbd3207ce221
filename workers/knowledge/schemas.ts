/** The knowledge feature's data as it travels: documents, jobs, questions, answers, queue messages. */
import { z } from '@hono/zod-openapi'

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

const JobError = z.object({ code: z.string(), message: z.string() })
export type JobError = z.infer<typeof JobError>

const progress = {
  status: JobStatus,
  stage: z.string(),
  percent: z.int().min(0).max(100),
  /** Why it failed, or why it waits for its next try. */
  error: JobError.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}

export const Document = z
  .object({
    id: z.uuid(),
    title: z.string(),
    mediaType: z.string(),
    bytes: z.int(),
    /** Null until the document was read once. */
    pages: z.int().nullable(),
    /** Chunks that can be found at the moment. */
    chunks: z.int(),
    ...progress,
  })
  .openapi('Document')
export type Document = z.infer<typeof Document>

export const Job = z
  .object({ id: z.uuid(), documentId: z.uuid(), attempts: z.int(), ...progress })
  .openapi('Job')
export type Job = z.infer<typeof Job>

export const Submitted = z.object({ document: Document, job: Job }).openapi('SubmittedDocument')
export type Submitted = z.infer<typeof Submitted>

export const DocumentQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.uuid('must be a cursor this API gave').optional(),
  status: JobStatus.optional(),
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

export type AnswerEvent =
  | { type: 'delta'; text: string }
  | { type: 'citation'; citation: Citation }
  | { type: 'done'; answer: Answer }

/** Names one indexing run; small, because what it works on is in the database and in R2. */
export const DocumentMessage = z.object({
  tenantId: z.string().min(1),
  documentId: z.uuid(),
  generation: z.int().min(1),
  requestId: z.string(),
  traceparent: z.string(),
})
export type DocumentMessage = z.infer<typeof DocumentMessage>
