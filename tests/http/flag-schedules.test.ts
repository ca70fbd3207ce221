/** Changes to come: drafts at a time, windows, ramps with guards; each step once, whatever breaks. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { traceparentOf } from '../../shared/trace.ts'
import { edgeContext, edgeLog } from '../../workers/edge-context.ts'
import { runDue } from '../../workers/flags/schedule-run-service.ts'
import { runDueSchedules } from '../../workers/flags/schedule.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
const SCHEDULES = '/api/admin/flag-schedules'
const MINUTE = 60_000
let count = 0
let name: string
const rollout = { type: 'rollout', id: 'some', percentage: 0, value: true }
beforeEach(async () => {
  name = `timed_${++count}`
  const environments = { production: { enabled: false, rules: [rollout] } }
  await app.send('POST', FLAGS, { name, enabled: true, defaultValue: false, environments })
})

const bodyOf = (init?: RequestInit) => (typeof init?.body === 'string' ? init.body : '')
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const plan = (body: object) => app.send('POST', `${FLAGS}/${name}/schedules`, body)
const planned = (body: object) => jsonOf(plan(body))
const scheduleOf = ({ id }: { id: string }) => jsonOf(app.send('GET', `${SCHEDULES}/${id}`))
const act = (id: string, action: string, body?: object) =>
  app.send('POST', `${SCHEDULES}/${id}/${action}`, body)
const settings = async () =>
  (await jsonOf(app.send('GET', `${FLAGS}/${name}`))).environments.production
const shareNow = async () => (await settings()).rules[0].percentage
const versionNow = async () => (await jsonOf(app.send('GET', `${FLAGS}/${name}`))).version
const after = (minutes: number) => new Date(Date.now() + minutes * MINUTE).toISOString()
const pass = (minutes: number) =>
  vi.useFakeTimers({ now: Date.now() + minutes * MINUTE, toFake: ['Date'] })

const contextOf = (tenantId: string) => {
  const actor = { type: 'system', job: 'flagSchedules' } as const
  const origin = { tenantId, actor, requestId: 'r', traceparent: traceparentOf(undefined) }
  return edgeContext(app.env, { ...origin, waitUntil: () => {} })
}
const tick = () =>
  runDueSchedules({ env: app.env, log: edgeLog(app.env), now: () => new Date(), contextOf })

test('a window switches the flag on and off at its times, as versions of its own', async () => {
  const made = await planned({ type: 'window', from: after(10), until: after(20) })
  expect(made).toMatchObject({ state: 'active', done: 0, nextAt: made.steps[0].at })
  await tick()
  expect([(await settings()).enabled, await versionNow()]).toEqual([false, 1])
  pass(11)
  await tick()
  await tick()
  expect([(await settings()).enabled, await versionNow()]).toEqual([true, 2])
  pass(10)
  await tick()
  expect([(await settings()).enabled, await versionNow()]).toEqual([false, 3])
  expect(await scheduleOf(made)).toMatchObject({ state: 'done', done: 2, nextAt: null })
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.schedule.step'))
  const steps = log.items.filter(({ entry }: { entry: { facts: object } }) =>
    JSON.stringify(entry.facts).includes(made.id),
  )
  expect(steps).toHaveLength(2)
  expect(steps[0].entry.actor).toBe('flagSchedules')
})

test('ten runs at once take each step once', async () => {
  await planned({ type: 'ramp', rule: 'some', steps: [{ at: after(1), percentage: 25 }] })
  pass(2)
  await Promise.all(Array.from({ length: 10 }, () => runDue(contextOf('acme'), 'production')))
  expect([await shareNow(), await versionNow()]).toEqual([25, 2])
})

test.each([
  ['before the step is stored', false, 'active'],
  ['after the step is stored', true, 'done'],
])('a run that breaks off %s is made good, and once', async (_when, isStored, state) => {
  const made = await planned({ type: 'window', from: after(1) })
  pass(2)
  const fetch = globalThis.fetch
  const broken = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const isStep = bodyOf(init).includes('flag_schedule_step')
    if (!isStep || isStored) await (isStep ? fetch(input, init) : undefined)
    if (isStep) throw new TypeError('gone')
    return fetch(input, init)
  })
  await expect(runDue(contextOf('acme'), 'production')).rejects.toMatchObject({
    code: 'dependency_down',
  })
  broken.mockRestore()
  expect(await scheduleOf(made)).toMatchObject({ state })
  await tick()
  await tick()
  expect([(await settings()).enabled, await versionNow()]).toEqual([true, 2])
})

const ramp = (more: object = {}) => ({
  type: 'ramp',
  rule: 'some',
  steps: [10, 50, 100].map((percentage, index) => ({ at: after(10 + index * 10), percentage })),
  ...more,
})

test('after a downtime a ramp goes on one step at a time, in its distances', async () => {
  const made = await planned(ramp())
  pass(60)
  await tick()
  expect(await shareNow()).toBe(10)
  const late = await scheduleOf(made)
  expect(Date.parse(late.nextAt) - Date.now()).toBe(10 * MINUTE)
  pass(9)
  await tick()
  expect(await shareNow()).toBe(10)
  pass(2)
  await tick()
  expect(await shareNow()).toBe(50)
})

test('a ramp is paused, resumed and cancelled; what it did stays', async () => {
  const { id } = await planned(ramp())
  pass(11)
  await tick()
  expect(await jsonOf(act(id, 'pause'))).toMatchObject({ state: 'paused', nextAt: null })
  pass(60)
  await tick()
  expect(await shareNow()).toBe(10)
  expect((await act(id, 'pause')).status).toBe(409)
  expect(await jsonOf(act(id, 'resume'))).toMatchObject({ state: 'active' })
  await tick()
  expect(await shareNow()).toBe(50)
  expect(await jsonOf(act(id, 'cancel'))).toMatchObject({ state: 'cancelled', done: 2 })
  pass(60)
  await tick()
  expect(await shareNow()).toBe(50)
  expect((await act(id, 'resume')).status).toBe(409)
})

test('of two ramps of one rule the second is refused, also at the same moment', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => plan(ramp())))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
})

const guard = { metric: 'failures', most: 0.02, samples: 50 }

test('a guarded ramp waits for a reading, goes on while it holds, and is rolled back at a breach', async () => {
  const made = await planned(ramp({ guard }))
  pass(11)
  await tick()
  expect(await shareNow()).toBe(10)
  pass(10)
  await tick()
  expect(await scheduleOf(made)).toMatchObject({
    done: 1,
    detail: 'Waits for a reading of failures',
  })
  await act(made.id, 'readings', { value: 0.01, samples: 10 })
  pass(2)
  await tick()
  expect(await shareNow()).toBe(10)
  await act(made.id, 'readings', { value: 0.01, samples: 60 })
  pass(2)
  await tick()
  expect(await shareNow()).toBe(50)
  pass(1)
  const ended = await jsonOf(act(made.id, 'readings', { value: 0.09, samples: 60 }))
  expect(ended).toMatchObject({ state: 'stopped', detail: 'failures was 0.09, over 60 samples' })
  expect(await shareNow()).toBe(0)
  const history = await jsonOf(app.send('GET', `${FLAGS}/${name}/history?limit=1`))
  expect(history.items).toMatchObject([
    { version: 4, comment: expect.stringMatching(/^Rolled back/) },
  ])
})

test('a guard that only stops leaves the share where it is', async () => {
  const { id } = await planned(ramp({ guard: { ...guard, onBreach: 'stop' } }))
  pass(11)
  await tick()
  const ended = await jsonOf(act(id, 'readings', { value: 1, samples: 60 }))
  expect([ended.state, await shareNow(), await versionNow()]).toEqual(['stopped', 10, 2])
})

test('a draft is published at its time, with the approvals it has by then', async () => {
  const { items } = await jsonOf(app.send('GET', `${FLAGS}/${name}/history?limit=1`))
  const document = { ...items[0].document, defaultValue: true }
  const draft = await jsonOf(
    app.send('POST', `${FLAGS}/${name}/drafts`, { document, comment: 'x' }),
  )
  const made = await planned({ type: 'publish', at: after(5), draft: draft.id })
  pass(6)
  await tick()
  expect(await jsonOf(app.send('GET', `${FLAGS}/${name}`))).toMatchObject({ defaultValue: true })
  expect(await scheduleOf(made)).toMatchObject({ state: 'done' })
  const again = await planned({ type: 'publish', at: after(5), draft: draft.id })
  pass(6)
  await tick()
  expect(await scheduleOf(again)).toMatchObject({
    state: 'failed',
    detail: 'The draft was published or discarded: make a new one.',
  })
})

test('what can never be done ends the schedule, and keeps no other waiting', async () => {
  const made = await planned(ramp())
  await app.send('PATCH', `${FLAGS}/${name}`, { environments: { production: { rules: [] } } })
  pass(11)
  await tick()
  expect(await scheduleOf(made)).toMatchObject({ state: 'failed', done: 0 })
})

test('an environment that asks for approvals takes drafts and what switches off', async () => {
  const staging = '/api/admin/flag-environments/staging'
  await app.send('PUT', staging, { approvals: 1 })
  const environment = 'staging'
  expect((await plan({ type: 'window', environment, from: after(1) })).status).toBe(409)
  expect((await plan({ type: 'window', environment, until: after(1) })).status).toBe(201)
  await app.send('PUT', staging, { approvals: 0 })
})

test('what is next comes first, and another tenant sees none of it', async () => {
  await planned({ type: 'window', until: after(30) })
  await planned({ type: 'window', until: after(20) })
  const list = await jsonOf(app.send('GET', `${SCHEDULES}?flag=${name}`))
  const [first, second] = list.items
  expect(Date.parse(first.nextAt)).toBeLessThan(Date.parse(second.nextAt))
  const who = { tenant: 'globex' }
  expect(await jsonOf(app.send('GET', SCHEDULES, undefined, who))).toEqual({ items: [] })
})

test.each([
  ['/until', { type: 'window', from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
  ['', { type: 'window' }],
  ['/steps', { type: 'ramp', rule: 'some', steps: [] }],
  ['/rule', { type: 'ramp', rule: 'none', steps: [{ at: '2026-01-01T00:00:00Z', percentage: 1 }] }],
  ['/guard', { ...ramp(), guard: { metric: 'm' } }],
  ['/type', { type: 'never' }],
])('a bad schedule is refused at %j', async (pointer, body) => {
  const answer = await plan(body)
  expect(answer.status).toBe(422)
  expect((await jsonOf(answer)).errors[0]).toMatchObject({ pointer })
})
