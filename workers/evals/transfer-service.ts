/** Cases in and out as lines of JSON. Lines are read as they arrive; import.ts says what one may be. */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import { findDocuments } from '../knowledge/service.ts'
import { createImport, type DraftCase, type Import, LONGEST_LINE, MOST_LINES } from './import.ts'
import { type EvalImport, type EvalSet, type Judgement, MOST_CASES } from './schemas.ts'
import { type EvalContext, getSet, tooMany } from './service.ts'
import * as store from './store.ts'

/** Bytes of one import. */
const MOST_BYTES = 8 * 1024 * 1024
/** Cases and names per statement. */
const BATCH = 500

/**
 * Makes and changes cases by key; judgements of a key replace those it had. Lines that are not right are
 * named and left out.
 *
 * @throws ProblemError not_found, payload_too_large; conflict when there would be too many cases
 */
export async function importCases(
  ctx: EvalContext,
  setId: string,
  body: ReadableStream<Uint8Array> | null,
): Promise<EvalImport> {
  const set = await getSet(ctx, setId)
  const read = createImport()
  for await (const line of linesOf(body)) {
    read.push(line)
    if (read.lines() > MOST_LINES) throw tooLarge(`Send at most ${MOST_LINES} lines at once.`)
  }
  await refuseOrphans(ctx, set, read)
  const drafts = await draftsOf(ctx, set, read)
  let cases = 0
  for (let from = 0; from < drafts.length; from += BATCH) {
    const limits = { most: MOST_CASES, event: 'eval.import' } as const
    const made = await store.upsertCases(ctx, setId, drafts.slice(from, from + BATCH), limits)
    if (made === undefined) throw tooMany()
    cases += made
  }
  const judgements = drafts.reduce((sum, draft) => sum + (draft.judgements?.length ?? 0), 0)
  return { cases, judgements, ...read.refusals() }
}

/** Questions that neither the lines nor the set have. */
async function refuseOrphans(ctx: EvalContext, { id }: EvalSet, read: Import): Promise<void> {
  const open = read.cases().filter(({ question }) => question === undefined)
  for (let from = 0; from < open.length; from += BATCH) {
    const some = open.slice(from, from + BATCH)
    const keys = some.map(({ key }) => key)
    const known = await store.selectKeys(ctx, id, keys)
    for (const { key, line } of some)
      if (!known.has(key)) read.refuse(line, `There is no question ${key}.`)
  }
}

async function draftsOf(
  ctx: EvalContext,
  { kbId }: EvalSet,
  read: Import,
): Promise<store.CaseDraft[]> {
  const all = read.cases()
  const names = [...new Set(all.flatMap(({ judgements }) => [...judgements.keys()]))]
  const ids = new Map<string, string>()
  for (let from = 0; from < names.length; from += BATCH) {
    const found = await findDocuments(ctx, kbId, names.slice(from, from + BATCH))
    for (const [name, id] of found) ids.set(name, id)
  }
  // Cases run and are listed in the order of their ids: that of the lines.
  const caseIds = all.map(() => newId(ctx.now())).toSorted()
  return all.map((draft, at) => ({
    id: caseIds[at] ?? '',
    key: draft.key,
    question: draft.question ?? null,
    judgements: judged(draft, ids, read),
    source: 'import',
  }))
}

/** Null when nothing is said of documents, or nothing that holds: then what was known stays. */
function judged(
  { judgements }: DraftCase,
  ids: ReadonlyMap<string, string>,
  read: Import,
): Judgement[] | null {
  const grades = new Map<string, number>()
  for (const [name, { grade, line }] of judgements) {
    const id = ids.get(name)
    if (id === undefined) read.refuse(line, `The knowledge base has no document ${name}.`)
    else grades.set(id, grade)
  }
  if (grades.size === 0) return null
  return [...grades].map(([documentId, grade]) => ({ documentId, grade }))
}

/** @throws ProblemError payload_too_large */
async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return
  const decoder = new TextDecoder()
  let rest = ''
  let bytes = 0
  for await (const part of body) {
    bytes += part.byteLength
    if (bytes > MOST_BYTES) throw tooLarge('Send at most 8 MiB at once.')
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) throw tooLarge(`A line has at most ${LONGEST_LINE} characters.`)
    yield* lines
  }
  yield rest + decoder.decode()
}

const tooLarge = (detail: string) => new ProblemError('payload_too_large', detail)

/**
 * All cases of a set, a line each, in the form that imports take.
 *
 * @throws ProblemError not_found
 */
export async function exportCases(
  ctx: EvalContext & AuditContext,
  setId: string,
): Promise<ReadableStream<Uint8Array>> {
  const { cases } = await getSet(ctx, setId)
  const facts = { cases }
  recordAudit(ctx, 'eval.export', { resource: { type: 'eval_set', id: setId }, facts })
  const encoder = new TextEncoder()
  let cursor: string | undefined
  return new ReadableStream({
    async pull(controller) {
      const page = { limit: BATCH, ...(cursor !== undefined && { cursor }) }
      const rows = await store.selectCases(ctx, setId, page)
      for (const { key, question, judgements } of rows) {
        const worth = judgements.map(({ documentId, grade }) => ({ document: documentId, grade }))
        const line = { id: key, text: question, judgements: worth }
        controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`))
      }
      cursor = rows.at(-1)?.id
      if (rows.length < BATCH) controller.close()
    },
  })
}
