/** Evaluation as it travels: sets of cases, runs over them, what each case came to, and comparisons. */
import { z } from '@hono/zod-openapi'

const Id = z.uuid('must be an id this API gave')
const time = () => z.iso.datetime()

/** Cases of one set. */
export const MOST_CASES = 5000
/** Judged documents of one case. */
const MOST_JUDGEMENTS = 200

const SetName = z.string().trim().min(1).max(100).openapi({ example: 'Questions of the help desk' })
const KbId = z.string().min(1).max(64).openapi({ example: 'default' })
const QuestionText = z.string().trim().min(1).max(4000)
const Grade = z.int().min(0).max(10)

export const EvalSet = z
  .object({ id: Id, name: z.string(), kbId: z.string(), cases: z.int(), createdAt: time() })
  .openapi('EvalSet')
export type EvalSet = z.infer<typeof EvalSet>

export const NewEvalSet = z
  .strictObject({
    name: SetName,
    /** The knowledge base that is asked. */
    kbId: KbId.default('default'),
  })
  .openapi('NewEvalSet')
export type NewEvalSet = z.output<typeof NewEvalSet>

export const EvalSetChange = z.strictObject({ name: SetName }).openapi('EvalSetChange')
export type EvalSetChange = z.infer<typeof EvalSetChange>

/** What a document is worth for a question; nothing when it is not judged. */
const Judgement = z.object({ documentId: Id, grade: Grade }).openapi('EvalJudgement')
export type Judgement = z.infer<typeof Judgement>

const Judgements = z
  .array(Judgement)
  .max(MOST_JUDGEMENTS)
  .refine(
    (all) => new Set(all.map(({ documentId }) => documentId)).size === all.length,
    'must name each document once',
  )

export const CaseSource = z.enum(['hand', 'import', 'search', 'feedback'])
export type CaseSource = z.infer<typeof CaseSource>

export const EvalCase = z
  .object({
    id: Id,
    /** The question's name outside, such as its id in a published set. */
    key: z.string(),
    question: z.string(),
    /** Empty: the documents do not say, and the right answer is to abstain. */
    judgements: z.array(Judgement),
    source: CaseSource,
    createdAt: time(),
  })
  .openapi('EvalCase')
export type EvalCase = z.infer<typeof EvalCase>

export const NewEvalCase = z
  .strictObject({
    key: z.string().trim().min(1).max(200).optional(),
    question: QuestionText,
    judgements: Judgements.default([]),
    source: z.enum(['hand', 'search']).default('hand'),
  })
  .openapi('NewEvalCase')
export type NewEvalCase = z.output<typeof NewEvalCase>

/** A case of an answer that somebody rated. */
export const NewRatedCase = z
  .strictObject({
    answerId: Id,
    /** Left out: the documents the answer cited. */
    judgements: Judgements.optional(),
  })
  .openapi('NewEvalCaseOfFeedback')
export type NewRatedCase = z.output<typeof NewRatedCase>

export const EvalCaseChange = z
  .strictObject({ question: QuestionText.optional(), judgements: Judgements.optional() })
  .openapi('EvalCaseChange')
export type EvalCaseChange = z.infer<typeof EvalCaseChange>

const limit = z.coerce.number().int().min(1).max(200).default(50)
const paged = { limit, cursor: Id.optional() }
const nextCursor = z.string().nullable()

export const PageQuery = z.object(paged)
export type PageQuery = z.output<typeof PageQuery>

export const EvalSetPage = z.object({ items: z.array(EvalSet), nextCursor }).openapi('EvalSetPage')
export type EvalSetPage = z.infer<typeof EvalSetPage>
export const EvalCasePage = z
  .object({ items: z.array(EvalCase), nextCursor })
  .openapi('EvalCasePage')
export type EvalCasePage = z.infer<typeof EvalCasePage>

/** Lines that were not taken are named; all others were. */
export const EvalImport = z
  .object({
    /** Cases made or changed. */
    cases: z.int(),
    judgements: z.int(),
    refused: z.int(),
    /** The first hundred of them. */
    refusals: z.array(z.object({ line: z.int(), detail: z.string() })),
  })
  .openapi('EvalImport')
export type EvalImport = z.infer<typeof EvalImport>

/** `fused`: words and vectors together, as questions are searched; `words`: BM25 alone. */
export const Arm = z.enum(['fused', 'words'])
export type Arm = z.infer<typeof Arm>

const Strategy = z.enum(['simple', 'hybrid', 'multi_hop'])

/** What is measured. What is left out is as the flags of the tenant say when the run begins. */
export const NewEvalRun = z
  .strictObject({
    label: z.string().trim().max(100).default(''),
    arm: Arm.default('fused'),
    strategy: Strategy.optional(),
    maxSources: z.int().min(1).max(50).optional(),
    minRelevance: z.number().min(0).max(1).optional(),
    /** Whether the model answers too; costs what answers cost. */
    answers: z.boolean().default(false),
  })
  .openapi('NewEvalRun')
export type NewEvalRun = z.output<typeof NewEvalRun>

export const RunProfile = z.object({
  arm: Arm,
  strategy: Strategy,
  maxSources: z.int(),
  minRelevance: z.number(),
  answers: z.boolean(),
  embeddingModel: z.string(),
  chatModel: z.string(),
})
export type RunProfile = z.infer<typeof RunProfile>

export const RunStatus = z.enum(['queued', 'running', 'done', 'failed', 'cancelled'])
export type RunStatus = z.infer<typeof RunStatus>

const score = z.number().nullable()
const Milliseconds = z.object({ p50: z.number(), p95: z.number() }).nullable()

/** Means over cases; null where no case says anything. */
export const RunSummary = z
  .object({
    ndcg: score,
    recall: score,
    citationPrecision: score,
    /** Share of the answerable cases that were not answered. */
    abstainedWrongly: score,
    /** Share of the cases without a worthy document that were not answered. */
    abstainedRightly: score,
    searchMs: Milliseconds,
    answerMs: Milliseconds,
    answerable: z.int(),
    unanswerable: z.int(),
  })
  .openapi('EvalSummary')
export type RunSummary = z.infer<typeof RunSummary>

export const EvalRun = z
  .object({
    id: Id,
    setId: Id,
    kbId: z.string(),
    label: z.string(),
    status: RunStatus,
    profile: RunProfile,
    /** Versions of the knowledge base when it began and ended; they differ when documents changed meanwhile. */
    kbVersion: z.int(),
    kbVersionEnd: z.int().nullable(),
    casesTotal: z.int(),
    casesDone: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    summary: RunSummary.nullable(),
    costMicroDollars: z.int(),
    createdAt: time(),
    endedAt: time().nullable(),
  })
  .openapi('EvalRun')
export type EvalRun = z.infer<typeof EvalRun>

export const RunQuery = z.object({ ...paged, set: Id.optional() })
export type RunQuery = z.output<typeof RunQuery>

export const EvalRunPage = z.object({ items: z.array(EvalRun), nextCursor }).openapi('EvalRunPage')
export type EvalRunPage = z.infer<typeof EvalRunPage>

export const EvalResult = z
  .object({
    caseId: Id,
    question: z.string(),
    ndcg: score,
    recall: score,
    citationPrecision: score,
    abstained: z.boolean(),
    searchMs: z.number(),
    answerMs: z.number().nullable(),
    /** Documents found, best first, ten at most. */
    documents: z.array(z.object({ documentId: z.string(), score: z.number(), grade: z.int() })),
  })
  .openapi('EvalResult')
export type EvalResult = z.infer<typeof EvalResult>

export const EvalResultPage = z
  .object({ items: z.array(EvalResult), nextCursor })
  .openapi('EvalResultPage')
export type EvalResultPage = z.infer<typeof EvalResultPage>

/** Two runs that are over, on the same set. */
export const ComparisonQuery = z.object({ base: Id, other: Id })
export type ComparisonQuery = z.infer<typeof ComparisonQuery>

const Difference = z
  .object({
    cases: z.int(),
    base: z.number(),
    other: z.number(),
    mean: z.number(),
    low: z.number(),
    high: z.number(),
    wins: z.int(),
    losses: z.int(),
  })
  .nullable()

/** `other` less `base`; an interval without 0 in it is more than luck, at 95 %. */
export const EvalComparison = z
  .object({
    base: EvalRun,
    other: EvalRun,
    ndcg: Difference,
    recall: Difference,
    citationPrecision: Difference,
    searchMs: Difference,
  })
  .openapi('EvalComparison')
export type EvalComparison = z.infer<typeof EvalComparison>
