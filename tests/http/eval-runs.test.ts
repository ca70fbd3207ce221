/** Runs over HTTP: what they measure, how they survive their workers, how two compare. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { workOnEvals } from '../../workers/evals/schedule.ts'
import type {
  EvalComparison,
  EvalResultPage,
  EvalRun,
  EvalRunPage,
} from '../../workers/evals/schemas.ts'
import { bodyOf, type EvalApp, lines, SETS, startEvals } from './evals-harness.ts'
import { asOwner } from './knowledge-harness.ts'

const RUNS = '/api/admin/kb/evals/runs'

let app: EvalApp
beforeAll(async () => {
  app = await startEvals()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const start = async (setId: string, body: object = {}) =>
  bodyOf<EvalRun>(await app.send('POST', `${SETS}/${setId}/runs`, body), 202)
const runOf = async (id: string) => bodyOf<EvalRun>(await app.send('GET', `${RUNS}/${id}`))
const finished = async (setId: string, body: object = {}) => {
  const { id } = await start(setId, body)
  await app.settle()
  return runOf(id)
}

/** What the minute's cron does. */
function tick(): Promise<void> {
  const log = createLog({ level: 'error' }, {})
  const actor = { type: 'system', job: 'workOnEvals' } as const
  const waitUntil = (work: Promise<unknown>) => app.execution.waitUntil(work)
  const origin = { actor, requestId: 'tick', traceparent: '', waitUntil }
  const contextOf = (tenantId: string) => edgeContext(app.env, { ...origin, tenantId }, log)
  return workOnEvals({ env: app.env, log, contextOf })
}

describe('a run', () => {
  test('measures every case and sums up', async () => {
    const set = await app.filledSet()
    const run = await finished(set.id, { label: 'today' })
    expect(run).toMatchObject({ status: 'done', label: 'today', casesTotal: 4, casesDone: 4 })
    expect(run.profile).toMatchObject({ arm: 'fused', strategy: 'simple', answers: false })
    expect(run.kbVersionEnd).toBe(run.kbVersion)
    expect(run.summary).toMatchObject({
      ndcg: 1,
      recall: 1,
      abstainedWrongly: 0,
      abstainedRightly: 1,
      citationPrecision: null,
      answerMs: null,
      answerable: 3,
      unanswerable: 1,
    })
    const page = await app.send('GET', `${RUNS}/${run.id}/results?limit=3`)
    const { items, nextCursor } = await bodyOf<EvalResultPage>(page)
    expect(items.map(({ documents }) => documents[0])).toMatchObject([
      { documentId: app.ids['tides.md'], grade: 1 },
      { documentId: app.ids['lamps.md'], grade: 1 },
      { documentId: app.ids['nets.md'], grade: 2 },
    ])
    const rest = await app.send('GET', `${RUNS}/${run.id}/results?limit=3&cursor=${nextCursor}`)
    expect(await bodyOf(rest)).toMatchObject({ items: [{ ndcg: null, abstained: true }] })
  })

  test('with answers counts citations and what they cost', async () => {
    const set = await app.filledSet()
    const run = await finished(set.id, { answers: true })
    expect(run.summary).toMatchObject({ citationPrecision: 1, abstainedRightly: 1 })
    expect(run.summary?.answerMs?.p50).toBeGreaterThanOrEqual(0)
    expect(run.costMicroDollars).toBeGreaterThan(0)
  })

  test('by words alone costs nothing, and compares with one that uses vectors', async () => {
    const set = await app.filledSet()
    const base = await finished(set.id, { arm: 'words' })
    const other = await finished(set.id)
    expect(base.costMicroDollars).toBe(0)
    const path = `/api/admin/kb/evals/comparison?base=${base.id}&other=${other.id}`
    const compared = await bodyOf<EvalComparison>(await app.send('GET', path))
    expect(compared.ndcg).toMatchObject({ cases: 3, base: 1, other: 1, mean: 0, low: 0, high: 0 })
    expect(compared.searchMs).toMatchObject({ cases: 4 })
    const stranger = await finished((await app.filledSet()).id)
    const wrong = `/api/admin/kb/evals/comparison?base=${base.id}&other=${stranger.id}`
    expect((await app.send('GET', wrong)).status).toBe(409)
    expect((await app.send('GET', path, undefined, { tenant: 'globex' })).status).toBe(404)
  })

  test('of a set without cases is refused', async () => {
    const { id } = await app.newSet()
    expect((await app.send('POST', `${SETS}/${id}/runs`, {})).status).toBe(409)
  })

  test('whose worker died goes on where it stopped, and each case counts once', async () => {
    const set = await app.newSet()
    const questions = Array.from({ length: 25 }, (_, at) => ({ id: `${at}`, text: `Net ${at}?` }))
    await app.take(set.id, lines(...questions, { q: '3', d: 'nets.md', r: 1 }))
    const run = await finished(set.id)
    // As it was after the first slice, with the lease of a worker that is dead.
    await asOwner(
      app,
      `update eval_runs set status = 'running', cases_done = 10, summary = null, ended_at = null,
         last_case = (select case_id from eval_results where run_id = $1 order by case_id offset 9 limit 1),
         lease_id = gen_random_uuid(), lease_until = now() + interval '1 minute' where id = $1`,
      run.id,
    )
    await asOwner(
      app,
      `delete from eval_results where run_id = $1 and case_id > (select last_case from eval_runs where id = $1)`,
      run.id,
    )
    await tick()
    expect(await runOf(run.id)).toMatchObject({ status: 'running', casesDone: 10 })
    await asOwner(
      app,
      `update eval_runs set lease_until = now() - interval '1 second' where id = $1`,
      run.id,
    )
    await tick()
    expect(await runOf(run.id)).toMatchObject({ status: 'done', casesDone: 25 })
    const page = await app.send('GET', `${RUNS}/${run.id}/results?limit=200`)
    expect((await bodyOf<EvalResultPage>(page)).items).toHaveLength(25)
  })

  test('that never goes on is given up, with the reason', async () => {
    const set = await app.filledSet()
    const run = await finished(set.id)
    await asOwner(
      app,
      `update eval_runs set status = 'running', attempts = 5, lease_until = null, last_case = null where id = $1`,
      run.id,
    )
    await tick()
    expect(await runOf(run.id)).toMatchObject({ status: 'failed', error: { code: 'gave_up' } })
  })

  test('is tried again later when a provider is down, and cancelled it stays so', async () => {
    const set = await app.filledSet()
    const env = { ...app.env, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    const authorization = `Bearer ${await app.token()}`
    const headers = { authorization, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: '{}' }
    const path = `${SETS}/${set.id}/runs`
    const { id } = await bodyOf<EvalRun>(await app.app.request(path, init, env, app.execution), 202)
    await app.settle()
    const run = await runOf(id)
    expect(run).toMatchObject({ status: 'running', casesDone: 0 })
    const cancelled = await app.send('POST', `${RUNS}/${run.id}/cancel`)
    expect(await bodyOf(cancelled)).toMatchObject({ status: 'cancelled' })
    await asOwner(app, `update eval_runs set lease_until = null where id = $1`, run.id)
    await tick()
    expect(await runOf(run.id)).toMatchObject({ status: 'cancelled', casesDone: 0 })
    const again = await app.send('POST', `${RUNS}/${run.id}/cancel`)
    expect(await bodyOf(again)).toMatchObject({ status: 'cancelled' })
  })

  test('is listed by its set, and deleted with its results', async () => {
    const set = await app.filledSet()
    const [first, second] = [await finished(set.id), await finished(set.id)]
    const page = await app.send('GET', `${RUNS}?set=${set.id}`)
    const { items } = await bodyOf<EvalRunPage>(page)
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id])
    expect((await app.send('DELETE', `${RUNS}/${first.id}`)).status).toBe(204)
    expect((await app.send('GET', `${RUNS}/${first.id}/results`)).status).toBe(404)
  })
})
