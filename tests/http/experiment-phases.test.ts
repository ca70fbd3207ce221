/** Phases of experiments: each has results of its own, and keeps them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { computeDueResults } from '../../workers/experiments/result-job-service.ts'
import { bought, jobOf, makeExperiment, openPhase, pass } from './experiment-harness.ts'
import { countUnits } from './experiment-units.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

const BASE = '/api/admin/experiments'
let count = 0
let key: string
beforeEach(async () => {
  key = `phased_${++count}`
  await makeExperiment(app, key)
})

const tally = (...sums: [Record<string, number>, Record<string, Record<string, number>>]) =>
  countUnits(connect(app.database.owner), { tenant: 'acme', key }, ...sums)
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const configure = (settings: object) => app.send('PUT', `${BASE}/${key}/settings`, settings)
const report = () => jsonOf(app.send('GET', `${BASE}/${key}/results`))

test('a phase that the flag has no more keeps its results, and keeps no job busy', async () => {
  await configure({ metrics: [bought] })
  await tally({ cold: 1002, warm: 1002 }, { bought: { cold: 100, warm: 150 } })
  await computeDueResults(jobOf(app, 'experimentResults'))
  const { results } = await report()
  await openPhase(app, key, 2)
  expect((await report()).results).toBeNull()
  pass(5)
  await tally({ cold: 1002, warm: 1002 }, { bought: { cold: 300, warm: 150 } })
  await computeDueResults(jobOf(app, 'experimentResults'))
  const sql = connect(app.database.owner)
  const [, rows] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', 'acme', true)`, []),
    sql.query('select computed_at, results from experiment_results where experiment = $1', [key]),
  ])
  const [row] = rows as { computed_at: string; results: object }[]
  expect(row?.results).toEqual(results)
  expect(Date.parse(row?.computed_at ?? '')).toBeGreaterThan(Date.parse(results.computedAt))
})

test('earlier phases are listed, and each has its results and exposures', async () => {
  await configure({ metrics: [bought] })
  const phases = () => jsonOf(app.send('GET', `${BASE}/${key}/phases`))
  const empty = { state: 'empty', units: 0, since: null, computedAt: null }
  expect(await phases()).toEqual({ items: [{ phase: 1, isPresent: true, ...empty }] })
  await tally({ cold: 1002, warm: 1002 }, { bought: { cold: 100, warm: 150 } })
  await computeDueResults(jobOf(app, 'experimentResults'))
  const { results } = await report()
  await openPhase(app, key, 2)
  expect(await phases()).toMatchObject({
    items: [
      { phase: 2, isPresent: true, ...empty },
      { phase: 1, isPresent: false, state: 'reported', units: 2004, since: results.since },
    ],
  })
  const of = (part: string, phase: number | string) =>
    app.send('GET', `${BASE}/${key}/${part}?phase=${phase}`)
  expect(await jsonOf(of('results', 1))).toMatchObject({ experiment: { phase: 2 }, results })
  expect(await jsonOf(of('results', 2))).toMatchObject({ results: null })
  expect(await jsonOf(of('exposures', 2))).toEqual({ phase: 2, days: [] })
  // Long after it, its own last days are what is shown.
  pass(120 * 24 * 60)
  const { days } = await jsonOf(of('exposures', 1))
  expect(days.map((day: { units: number }) => day.units)).toEqual([1002, 1002])
  for (const part of ['results', 'exposures']) {
    expect((await of(part, 3)).status).toBe(404)
    const refused = await of(part, 'first')
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ errors: [{ in: 'query', pointer: '/phase' }] })
  }
})
