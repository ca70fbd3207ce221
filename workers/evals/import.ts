/**
 * Lines of JSON as cases. A line is a question, `{"id", "text"}` with `judgements` if it likes, or one
 * judgement, `{"q", "d", "r"}`; BEIR's own names (`_id`, `query-id`, `corpus-id`, `score`) do as well.
 * In any order, for a judgement may come before its question.
 */
import { z } from 'zod'

/** Characters of one line. */
export const LONGEST_LINE = 200_000
export const MOST_LINES = 50_000
const MOST_REFUSALS = 100

/** PostgreSQL's text holds neither U+0000 nor half of a surrogate pair. */
const textOf = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be text')

const Name = z.union([textOf(200), z.int().transform(String)])
const Worth = z.int().min(0).max(10)

const QuestionLine = z.object({
  id: Name,
  text: textOf(4000),
  judgements: z
    .array(z.object({ document: Name, grade: Worth }))
    .max(200)
    .optional(),
})
const JudgementLine = z.object({ q: Name, d: Name, r: Worth.default(1) })

const ALIASES: Record<string, string> = {
  _id: 'id',
  key: 'id',
  question: 'text',
  'query-id': 'q',
  'corpus-id': 'd',
  score: 'r',
}

export interface DraftCase {
  key: string
  /** Undefined while only judgements of it were read: the set has its question, or none has. */
  question?: string
  /** Names of documents (id or file name), what they are worth, and the line that says so. */
  judgements: Map<string, { grade: number; line: number }>
  line: number
}

export interface Refusal {
  line: number
  detail: string
}

export function createImport() {
  const cases = new Map<string, DraftCase>()
  const refusals: Refusal[] = []
  let line = 0
  let refused = 0

  function refuse(at: number, detail: string): void {
    refused += 1
    if (refusals.length < MOST_REFUSALS) refusals.push({ line: at, detail })
  }

  function caseOf(key: string): DraftCase {
    const known = cases.get(key)
    if (known) return known
    const draft: DraftCase = { key, judgements: new Map(), line }
    cases.set(key, draft)
    return draft
  }

  function readQuestion(value: unknown): string | undefined {
    const { success, data, error } = QuestionLine.safeParse(value)
    if (!success) return whyOf(error)
    const draft = caseOf(data.id)
    draft.question = data.text
    for (const { document, grade } of data.judgements ?? [])
      draft.judgements.set(document, { grade, line })
    return undefined
  }

  function readJudgement(value: unknown): string | undefined {
    const { success, data, error } = JudgementLine.safeParse(value)
    if (!success) return whyOf(error)
    const { judgements } = caseOf(data.q)
    if (judgements.size >= 200 && !judgements.has(data.d))
      return 'A case has at most 200 judged documents.'
    judgements.set(data.d, { grade: data.r, line })
    return undefined
  }

  return {
    /** Reads the next line; an empty one is none. */
    push(text: string): void {
      line += 1
      if (text.trim() === '') return
      const value = text.length > LONGEST_LINE ? undefined : parse(text)
      if (!value)
        return refuse(line, `The line is no JSON object of at most ${LONGEST_LINE} characters.`)
      const why = 'q' in value || 'd' in value ? readJudgement(value) : readQuestion(value)
      if (why) refuse(line, why)
    },
    /** Of what only the database can tell. */
    refuse,
    lines: () => line,
    cases: () => [...cases.values()],
    refusals: () => ({ refused, refusals: refusals.toSorted((a, b) => a.line - b.line) }),
  }
}

export type Import = ReturnType<typeof createImport>

/** With the names of fields that stand for others put right; undefined for what is no object. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.fromEntries(
      Object.entries(value).map(([name, held]) => [ALIASES[name] ?? name, held]),
    )
  } catch {
    return undefined
  }
}

const whyOf = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
