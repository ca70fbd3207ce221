/** A collection's questions and judgements as an evaluation set, and runs over it. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { Api } from './api.ts'
import type { EvalFiles } from './set.ts'

const EvalSet = z.object({ id: z.string(), name: z.string(), kbId: z.string() })
const Sets = z.object({ items: z.array(EvalSet) })
const Imported = z.object({
  cases: z.int(),
  refused: z.int(),
  refusals: z.array(z.object({ line: z.int(), detail: z.string() })),
})
const Spread = z.object({ p50: z.number(), p95: z.number() }).nullable()
const Run = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  casesDone: z.int(),
  casesTotal: z.int(),
  error: z.object({ message: z.string() }).nullable(),
  costMicroDollars: z.number(),
  summary: z
    .object({
      ndcg: z.number().nullable(),
      recall: z.number().nullable(),
      citationPrecision: z.number().nullable(),
      abstainedWrongly: z.number().nullable(),
      searchMs: Spread,
      answerMs: Spread,
    })
    .nullable(),
})
export type FinishedRun = z.infer<typeof Run>

const SETS = '/api/admin/kb/evals/sets'
const POLL_MS = 1000

/**
 * @param ids Ids of the knowledge base by ids of the collection
 * @returns the id of the set, that is there or new, with all cases in it
 * @throws Error naming a line that was not taken
 */
export async function ensureSet(
  api: Api,
  kbId: string,
  { name, queries, grades }: EvalFiles,
  ids: ReadonlyMap<string, string>,
): Promise<string> {
  const { items } = await api.json(Sets, 'GET', `${SETS}?limit=200`)
  const known = items.find((set) => set.name === name && set.kbId === kbId)
  const { id } = known ?? (await api.json(EvalSet, 'POST', SETS, { name, kbId }))
  const lines = queries.map(({ id: key, text }) => {
    const judgements = [...(grades.get(key) ?? [])].map(([document, grade]) => {
      return { document: ids.get(document) ?? document, grade }
    })
    return JSON.stringify({ id: key, text, judgements })
  })
  const taken = await api.json(Imported, 'POST', `${SETS}/${id}/import`, lines.join('\n'))
  const [refusal] = taken.refusals
  if (refusal) throw new Error(`Line ${refusal.line} was not taken: ${refusal.detail}`)
  return id
}

/** Runs and waits. @throws Error when the run ends otherwise than done */
export async function runSet(
  api: Api,
  setId: string,
  profile: { arm: 'fused' | 'words'; answers?: boolean; strategy?: string },
  report: (line: string) => void,
): Promise<FinishedRun> {
  const { id } = await api.json(Run, 'POST', `${SETS}/${setId}/runs`, profile)
  let done = -1
  for (;;) {
    const run = await api.json(Run, 'GET', `/api/admin/kb/evals/runs/${id}`)
    if (run.status === 'done') return run
    if (run.status === 'failed' || run.status === 'cancelled')
      throw new Error(`The run ended as ${run.status}: ${run.error?.message ?? ''}`)
    if (run.casesDone !== done) report(`${profile.arm}: ${run.casesDone} of ${run.casesTotal}`)
    done = run.casesDone
    await setTimeout(POLL_MS)
  }
}
