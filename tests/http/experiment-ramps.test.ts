/** What experiments find ends the ramps that wait for it, or lets them go on. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { computeDueResults } from '../../workers/experiments/result-job-service.ts'
import { runDueSchedules } from '../../workers/flags/schedule.ts'
import { after, failed, jobOf, makeExperiment, pass } from './experiment-harness.ts'
import { countUnits } from './experiment-units.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

let count = 0
let key: string
beforeEach(async () => {
  key = `ramped_${++count}`
  await makeExperiment(app, key)
})

const tally = (...sums: [Record<string, number>, Record<string, Record<string, number>>]) =>
  countUnits(connect(app.database.owner), { tenant: 'acme', key }, ...sums)
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const measure = () =>
  app.send('PUT', `/api/admin/experiments/${key}/settings`, { metrics: [failed] })
const look = () => computeDueResults(jobOf(app, 'experimentResults'))

const coverage = async () =>
  (await jsonOf(app.send('GET', `/api/admin/feature-flags/${key}`))).environments.production
    .rules[0].coverage

async function ramp(guard: object): Promise<string> {
  const steps = [10, 50, 100].map((percentage, index) => {
    return { at: after((index + 1) * 10), percentage }
  })
  const body = { type: 'ramp', rule: 'split', steps, guard }
  return (await jsonOf(app.send('POST', `/api/admin/feature-flags/${key}/schedules`, body))).id
}

const scheduleOf = (id: string) => jsonOf(app.send('GET', `/api/admin/flag-schedules/${id}`))

test.each([
  [
    'a guardrail that is breached',
    'experiment',
    0,
    { cold: 5002, warm: 5002 },
    { cold: 50, warm: 200 },
    '1',
  ],
  [
    'arms that are not as they should be',
    'experiment',
    0,
    { cold: 5502, warm: 5002 },
    { cold: 50, warm: 50 },
    '1',
  ],
  [
    'a rate of errors over its bound',
    'failed',
    0.02,
    { cold: 5002, warm: 5002 },
    { cold: 90, warm: 110 },
    '0.022',
  ],
])(
  '%s rolls a ramp back with the job that sees it',
  async (_name, metric, most, units, errors, value) => {
    await measure()
    const id = await ramp({ metric, most })
    pass(11)
    await runDueSchedules(jobOf(app, 'flagSchedules'))
    expect([await coverage(), (await scheduleOf(id)).state]).toEqual([10, 'active'])
    pass(1)
    await tally(units, { failed: errors })
    await look()
    expect(await coverage()).toBe(5)
    const { state, detail } = await scheduleOf(id)
    expect([state, detail]).toEqual(['stopped', expect.stringContaining(`${metric} was ${value},`)])
    const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.schedule.rollback'))
    expect(log.items[0].entry).toMatchObject({ actor: 'experimentResults', resource: { id: key } })
  },
)

test('a ramp goes on while its experiment does no harm, and waits for numbers', async () => {
  await measure()
  const id = await ramp({ metric: 'experiment', most: 0 })
  pass(11)
  await runDueSchedules(jobOf(app, 'flagSchedules'))
  pass(10)
  await runDueSchedules(jobOf(app, 'flagSchedules'))
  expect(await coverage()).toBe(10)
  await tally({ cold: 5002, warm: 5002 }, { failed: { cold: 50, warm: 52 } })
  await look()
  expect((await scheduleOf(id)).reading).toMatchObject({ value: 0, samples: 5002 })
  pass(2)
  await runDueSchedules(jobOf(app, 'flagSchedules'))
  expect(await coverage()).toBe(50)
})
