/** What experiments measure, and what came out of their sums. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { computeDueResults } from '../../workers/experiments/result-job-service.ts'
import { refreshExperiments } from '../../workers/experiments/schedule.ts'
import { after, bought, failed, jobOf, makeExperiment, pass } from './experiment-harness.ts'
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
  key = `greeting_${++count}`
  await makeExperiment(app, key)
})

const tally = (...sums: [Record<string, number>, Record<string, Record<string, number>>]) =>
  countUnits(connect(app.database.owner), { tenant: 'acme', key }, ...sums)
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const configure = (settings: object, who?: Parameters<TestApp['send']>[3]) =>
  app.send('PUT', `${BASE}/${key}/settings`, settings, who)
const report = () => jsonOf(app.send('GET', `${BASE}/${key}/results`))

test('settings are put, kept with their version, and recorded', async () => {
  const before = await jsonOf(app.send('GET', `${BASE}/${key}`))
  expect(before).toMatchObject({ key, flag: key, rule: 'split', phase: 1, settings: null })
  const put = await jsonOf(configure({ metrics: [bought, failed], control: 'warm' }))
  expect(put).toMatchObject({ results: null, experiment: { settings: { version: 1 } } })
  const { settings } = await jsonOf(app.send('GET', `${BASE}/${key}`))
  expect(settings).toMatchObject({
    control: 'warm',
    metrics: [bought, failed],
    method: 'sequential',
    horizonAt: null,
    updatedBy: 'ada',
  })
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=experiment.settings.set'))
  expect(log.items[0].entry).toMatchObject({
    resource: { type: 'experiment', id: key },
    facts: { version: 1, metrics: 2, method: 'sequential', environment: 'production' },
  })
})

test('exposures are listed by the day and variant of the present phase', async () => {
  const path = `${BASE}/${key}/exposures`
  expect(await jsonOf(app.send('GET', path))).toEqual({ phase: 1, days: [] })
  await tally({ cold: 30, warm: 20 }, {})
  const day = new Date().toISOString().slice(0, 10)
  const days = [
    { day, variant: 'cold', units: 30 },
    { day, variant: 'warm', units: 20 },
  ]
  expect(await jsonOf(app.send('GET', path))).toEqual({ phase: 1, days })
  const other = `${path}?environment=staging`
  expect((await app.send('GET', other)).status).toBe(404)
})

test('of two editors the second is told of both versions', async () => {
  await configure({ metrics: [bought] })
  expect((await configure({ metrics: [], version: 1 })).status).toBe(200)
  const late = await configure({ metrics: [failed], version: 1 })
  expect(late.status).toBe(409)
  expect(await late.json()).toMatchObject({ yours: 1, current: { version: 2, metrics: [] } })
  const both = await Promise.all([1, 2].map(() => configure({ metrics: [bought], version: 2 })))
  expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]))
})

test.each([
  ['a control that is no variation', { control: 'hot' }, '/control'],
  ['a fixed method without its horizon', { method: 'fixed' }, '/horizonAt'],
  ['a metric twice', { metrics: [bought, bought] }, '/metrics'],
  ['a kind there is not', { metrics: [{ name: 'x', kind: 'median' }] }, '/metrics/0/kind'],
  ['a field there is not', { alpha: 0.2 }, '/alpha'],
])('%s is refused by name', async (_name, settings, pointer) => {
  const refused = await configure(settings)
  expect(refused.status).toBe(422)
  const { errors } = await jsonOf(refused)
  expect(errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer)
})

test('who may read flags sees results, and may not change what is measured', async () => {
  const viewer = { role: 'viewer' }
  expect((await configure({ metrics: [] }, viewer)).status).toBe(403)
  expect((await app.send('GET', `${BASE}/${key}/results`, undefined, viewer)).status).toBe(200)
  expect((await app.send('GET', `${BASE}/none`)).status).toBe(404)
  const elsewhere = `${BASE}/${key}?environment=staging`
  expect((await app.send('GET', elsewhere)).status).toBe(404)
})

test('the minute’s job makes results of sums, once for each time they are made', async () => {
  await configure({ metrics: [bought, failed] })
  expect(await report()).toMatchObject({ results: null })
  await tally(
    { cold: 5002, warm: 5002 },
    {
      bought: { cold: 500, warm: 800 },
      failed: { cold: 50, warm: 52 },
    },
  )
  await computeDueResults(jobOf(app, 'experimentResults'))
  const { results } = await report()
  expect(results).toMatchObject({
    phase: 1,
    state: 'reported',
    control: 'cold',
    units: 10_004,
    severalVariants: { units: 4 },
    sampleRatio: { p: 1, isAlarm: false },
    metrics: [
      {
        name: 'bought',
        arms: [
          { variant: 'cold', n: 5000, mean: 0.1 },
          { variant: 'warm', n: 5000, mean: 0.16 },
        ],
        comparisons: [{ variant: 'warm', verdict: 'better' }],
      },
      { name: 'failed', guardrail: 'holds' },
    ],
  })
  expect(results.metrics[0].comparisons[0].relative.value).toBeCloseTo(0.6, 10)
  await computeDueResults(jobOf(app, 'experimentResults'))
  expect((await report()).results.computedAt).toBe(results.computedAt)
  const { items } = await jsonOf(app.send('GET', `${BASE}?limit=200`))
  expect(items.find((one: { key: string }) => one.key === key).results).toEqual({
    units: 10_004,
    state: 'reported',
    isSampleRatioAlarm: false,
    breachedGuardrails: [],
    better: ['bought'],
    worse: [],
  })
})

test('pages of the list run in the order of keys', async () => {
  const first = await jsonOf(app.send('GET', `${BASE}?limit=1`))
  const next = await jsonOf(app.send('GET', `${BASE}?limit=1&cursor=${first.nextCursor}`))
  expect(first.items).toHaveLength(1)
  expect(first.nextCursor).toBe(first.items[0].key)
  expect(next.items[0].key > first.items[0].key).toBe(true)
})

test('a fixed horizon has one look: after it nothing changes any more', async () => {
  const horizonAt = after(60)
  await tally({ cold: 1002, warm: 1002 }, { bought: { cold: 100, warm: 150 } })
  const early = await jsonOf(configure({ metrics: [bought], method: 'fixed', horizonAt }))
  expect(early.results).toMatchObject({
    isFinal: false,
    metrics: [{ comparisons: [{ p: null, absolute: { low: null }, verdict: 'early' }] }],
  })
  await computeDueResults(jobOf(app, 'experimentResults'))
  expect((await report()).results.computedAt).toBe(early.results.computedAt)
  pass(61)
  await computeDueResults(jobOf(app, 'experimentResults'))
  const final = (await report()).results
  expect(final).toMatchObject({
    isFinal: true,
    metrics: [{ comparisons: [{ verdict: 'better' }] }],
  })
  pass(10)
  await tally({ cold: 1002, warm: 1002 }, { bought: { cold: 300, warm: 150 } })
  await computeDueResults(jobOf(app, 'experimentResults'))
  expect((await report()).results).toEqual(final)
})

test('what units did becomes results: sums, numbers and shares, each less what they did before', async () => {
  const sql = connect(app.database.owner)
  const at = new Date(Date.now() - 600_000).toISOString()
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', 'acme', true)`, []),
    sql.query(
      `insert into experiment_exposures select 'acme', 'production', $1, 1, $1 || i,
         case when i % 2 = 0 then 'cold' else 'warm' end, $2::timestamptz, false from generate_series(1, 800) i`,
      [key, at],
    ),
    // Twice i % 7 before, and after it the same, with one more of those who got the warm one.
    sql.query(
      `insert into metric_events select 'acme', 'production', 'read', $1 || i, side || ':' || k, 2,
         $2::timestamptz + side * interval '1 minute'
       from generate_series(1, 800) i, (values (-1), (1)) sides (side),
         generate_series(1, (i % 7) + case when side = 1 then i % 2 else 0 end) k`,
      [key, at],
    ),
    sql.query(`insert into experiment_refreshes values ('acme', 'production', $1, 1, $2)`, [
      key,
      at,
    ]),
  ])
  const metrics = ['mean', 'count', 'proportion'].map((kind) => ({ name: 'read', kind }))
  await configure({ metrics })
  await refreshExperiments(jobOf(app, 'refreshExperiments'))
  await computeDueResults(jobOf(app, 'experimentResults'))
  const { results } = await report()
  const effects = results.metrics.map(
    ({
      comparisons,
    }: {
      comparisons: [{ absolute: { value: number }; varianceReduction: number }]
    }) => comparisons[0],
  )
  expect(results).toMatchObject({ state: 'reported', sampleRatio: { p: 1 } })
  expect(effects[0].absolute.value).toBeCloseTo(2, 1)
  expect(effects[1].absolute.value).toBeCloseTo(1, 1)
  expect(effects[0].varianceReduction).toBeGreaterThan(0.99)
  expect(results.metrics[2].arms).toEqual([
    { variant: 'cold', n: 400, mean: expect.closeTo(6 / 7, 2) },
    { variant: 'warm', n: 400, mean: 1 },
  ])
  expect(effects[2].verdict).toBe('better')
})
