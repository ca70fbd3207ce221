/** Evaluation: sets of questions whose right documents are known, and runs that measure what is found. */
import type {
  EvalCase,
  EvalCasePage,
  EvalComparison,
  EvalImport,
  EvalResultPage,
  EvalRun,
  EvalRunPage,
  EvalSet,
  EvalSetPage,
  NewEvalCase,
  NewEvalRun,
  NewEvalSet,
  NewRatedCase,
} from '../workers/evals/schemas.ts'
import type { Transport } from './transport.ts'

const SETS = '/api/admin/kb/evals/sets'
const RUNS = '/api/admin/kb/evals/runs'
const setAt = (id: string) => `${SETS}/${encodeURIComponent(id)}`
const runAt = (id: string) => `${RUNS}/${encodeURIComponent(id)}`

interface PageQuery {
  limit?: number
  cursor?: string | undefined
  signal?: AbortSignal | undefined
}

/** True when nothing more happens to the run by itself. */
export const isOver = ({ status }: Pick<EvalRun, 'status'>): boolean =>
  status !== 'queued' && status !== 'running'

export class Evals {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first. */
  sets({ signal, ...query }: PageQuery = {}): Promise<EvalSetPage> {
    return this.#transport.json(`${SETS}?${searchOf(query)}`, { signal })
  }

  set(id: string, signal?: AbortSignal): Promise<EvalSet> {
    return this.#transport.json(setAt(id), { signal })
  }

  /** @throws VoiceAssistError `conflict` when the name is taken */
  createSet(set: Partial<NewEvalSet> & { name: string }): Promise<EvalSet> {
    return this.#transport.json(SETS, { method: 'POST', body: set })
  }

  /** With its cases, runs and results. */
  async removeSet(id: string): Promise<void> {
    await this.#transport.send(setAt(id), { method: 'DELETE' })
  }

  /** One page, in the order they were made. */
  cases(setId: string, { signal, ...query }: PageQuery = {}): Promise<EvalCasePage> {
    return this.#transport.json(`${setAt(setId)}/cases?${searchOf(query)}`, { signal })
  }

  addCase(setId: string, body: Partial<NewEvalCase> & { question: string }): Promise<EvalCase> {
    return this.#transport.json(`${setAt(setId)}/cases`, { method: 'POST', body })
  }

  /** A case of a rated answer; without judgements, what it cited is right. @throws VoiceAssistError `conflict` when it is there already */
  addRatedCase(setId: string, body: NewRatedCase): Promise<EvalCase> {
    return this.#transport.json(`${setAt(setId)}/feedback-cases`, { method: 'POST', body })
  }

  async removeCase(setId: string, id: string): Promise<void> {
    const path = `${setAt(setId)}/cases/${encodeURIComponent(id)}`
    await this.#transport.send(path, { method: 'DELETE' })
  }

  /** @param lines A JSON object per line; what was not taken is named by line. */
  importCases(setId: string, lines: Blob): Promise<EvalImport> {
    return this.#transport.json(`${setAt(setId)}/import`, { method: 'POST', raw: lines })
  }

  /** All cases, in the form that imports take. */
  async exportCases(setId: string): Promise<Blob> {
    return (await this.#transport.send(`${setAt(setId)}/export`, { accept: '*/*' })).blob()
  }

  /** Returns as soon as it is begun; `run` says how far it is. */
  start(setId: string, profile: Partial<NewEvalRun> = {}): Promise<EvalRun> {
    return this.#transport.json(`${setAt(setId)}/runs`, { method: 'POST', body: profile })
  }

  /** One page of a set's runs, newest first. */
  runs(setId: string, { signal, ...query }: PageQuery = {}): Promise<EvalRunPage> {
    const search = searchOf(query)
    search.set('set', setId)
    return this.#transport.json(`${RUNS}?${search}`, { signal })
  }

  run(id: string, signal?: AbortSignal): Promise<EvalRun> {
    return this.#transport.json(runAt(id), { signal })
  }

  /** One that is over stays as it is. */
  cancel(id: string): Promise<EvalRun> {
    return this.#transport.json(`${runAt(id)}/cancel`, { method: 'POST' })
  }

  results(runId: string, { signal, ...query }: PageQuery = {}): Promise<EvalResultPage> {
    return this.#transport.json(`${runAt(runId)}/results?${searchOf(query)}`, { signal })
  }

  /** @throws VoiceAssistError `conflict` unless both are done, on one set */
  compare(base: string, other: string, signal?: AbortSignal): Promise<EvalComparison> {
    const search = new URLSearchParams({ base, other })
    return this.#transport.json(`/api/admin/kb/evals/comparison?${search}`, { signal })
  }
}

function searchOf({ limit, cursor }: Pick<PageQuery, 'limit' | 'cursor'>): URLSearchParams {
  const query = new URLSearchParams()
  if (limit) query.set('limit', String(limit))
  if (cursor) query.set('cursor', cursor)
  return query
}
