/** Ramps of plain rollouts that are guarded by the share of evaluations that fail. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { flagsOf } from '../../workers/flags/client-service.ts'
import { readErrorGuards } from '../../workers/flags/error-guard-service.ts'
import { runDueSchedules } from '../../workers/flags/schedule.ts'
import { startContext } from '../unit/shared/service-context.ts'
import { after, jobOf, pass } from './experiment-harness.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
let count = 0
let name: string
beforeEach(async () => {
  name = `watched_${++count}`
  const rollout = { type: 'rollout', id: 'some', percentage: 0, value: 'new' }
  const environments = { production: { rules: [rollout] } }
  const flag = { name, enabled: true, type: 'string', defaultValue: 'old', environments }
  await app.send('POST', FLAGS, flag)
})

const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const tick = () => runDueSchedules(jobOf(app, 'flagSchedules'))
const look = () => readErrorGuards(jobOf(app, 'errorGuards'))
const scheduleOf = (id: string) => jsonOf(app.send('GET', `/api/admin/flag-schedules/${id}`))
const flagNow = () => jsonOf(app.send('GET', `${FLAGS}/${name}`))
const shareNow = async () => (await flagNow()).environments.production.rules[0].percentage

async function ramp(guard: object = {}): Promise<string> {
  const steps = [10, 100].map((percentage, at) => ({ at: after((at + 1) * 10), percentage }))
  const metric = { metric: 'evaluation_errors', most: 0.05, samples: 20, ...guard }
  const body = { type: 'ramp', rule: 'some', steps, guard: metric }
  const made = await app.send('POST', `${FLAGS}/${name}/schedules`, body)
  expect(made.status).toBe(201)
  return (await jsonOf(made)).id
}

/** Evaluations as they come: of code that asks for text, and of code that takes it for a number. */
async function evaluate(good: number, bad: number): Promise<void> {
  const { ctx, settle } = startContext(app.env)
  const flags = await flagsOf({ ...ctx, now: () => new Date() })
  for (let at = 0; at < good; at++) flags.getStringValue(name, 'none')
  for (let at = 0; at < bad; at++) flags.getNumberValue(name, 0)
  await Promise.all([app.settle(), settle()])
  await deliver(app, app.exposed.splice(0), { queue: 'exposures' })
}

test('a rollout whose evaluations fail is rolled back, and history and audit log say so', async () => {
  const id = await ramp()
  pass(11)
  await tick()
  expect(await shareNow()).toBe(10)
  pass(2)
  await evaluate(30, 10)
  await look()
  expect(await shareNow()).toBe(0)
  const { state, detail, reading } = await scheduleOf(id)
  expect([state, reading]).toEqual([
    'stopped',
    expect.objectContaining({ value: 0.25, samples: 40 }),
  ])
  expect(detail).toBe('evaluation_errors was 0.25, over 40 samples')
  const history = await jsonOf(app.send('GET', `${FLAGS}/${name}/history?limit=1`))
  expect(history.items).toMatchObject([
    { version: 3, actor: 'errorGuards', comment: `Rolled back: ${detail}` },
  ])
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.schedule.rollback'))
  expect(log.items[0].entry).toMatchObject({
    actor: 'errorGuards',
    resource: { type: 'flag', id: name },
    facts: { schedule: id, environment: 'production', percentage: 0 },
  })
})

test('a rollout goes on while its evaluations succeed, and waits for enough of them', async () => {
  const id = await ramp()
  pass(11)
  await tick()
  pass(2)
  await evaluate(5, 0)
  await look()
  pass(10)
  await tick()
  expect([await shareNow(), (await scheduleOf(id)).state]).toEqual([10, 'active'])
  await evaluate(40, 1)
  await look()
  pass(2)
  await tick()
  expect(await shareNow()).toBe(100)
})

test('failures of before the step are not held against it', async () => {
  const id = await ramp()
  pass(5)
  await evaluate(0, 50)
  pass(11)
  await tick()
  pass(2)
  await evaluate(30, 0)
  await look()
  expect(await scheduleOf(id)).toMatchObject({ state: 'active', reading: { value: 0 } })
  expect(await shareNow()).toBe(10)
})

test('after its last step a rollout is watched for as long as its guard says', async () => {
  const watched = await ramp({ watchMinutes: 30 })
  for (const minutes of [11, 11]) {
    pass(minutes)
    await tick()
    pass(2)
    await evaluate(30, 0)
    await look()
  }
  pass(2)
  await tick()
  expect(await shareNow()).toBe(100)
  expect(await scheduleOf(watched)).toMatchObject({ state: 'active', done: 2 })
  pass(2)
  await evaluate(10, 30)
  await look()
  expect([await shareNow(), (await scheduleOf(watched)).state]).toEqual([0, 'stopped'])
})

test('a rollout that held to the end of its watch is done', async () => {
  const id = await ramp({ watchMinutes: 5 })
  for (const minutes of [11, 11]) {
    pass(minutes)
    await tick()
    pass(2)
    await evaluate(30, 0)
    await look()
  }
  await tick()
  pass(2)
  await evaluate(30, 0)
  await look()
  expect((await scheduleOf(id)).state).toBe('active')
  pass(6)
  await tick()
  expect(await scheduleOf(id)).toMatchObject({ state: 'done', done: 2, nextAt: null })
  expect(await shareNow()).toBe(100)
})

test.each([
  ['a watch that is too long', { watchMinutes: 10_081 }, '/guard/watchMinutes'],
  ['a watch in parts of minutes', { watchMinutes: 1.5 }, '/guard/watchMinutes'],
])('%s is refused by name', async (_name, guard, pointer) => {
  const metric = { metric: 'evaluation_errors', most: 0.05, ...guard }
  const steps = [{ at: after(1), percentage: 1 }]
  const body = { type: 'ramp', rule: 'some', steps, guard: metric }
  const refused = await app.send('POST', `${FLAGS}/${name}/schedules`, body)
  expect(refused.status).toBe(422)
  expect((await jsonOf(refused)).errors[0]).toMatchObject({ pointer })
})
