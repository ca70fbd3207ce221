/** An environment's hub runs its schedules: by its alarm, once each, and after it was evicted. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { traceparentOf } from '../../shared/trace.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { putEnvironment } from '../../workers/flags/audience-service.ts'
import { hubOf } from '../../workers/flags/hub-client.ts'
import { runDue } from '../../workers/flags/schedule-run-service.ts'
import { createSchedule, getSchedule } from '../../workers/flags/schedule-service.ts'
import { createFlag, getFlag } from '../../workers/flags/service.ts'

const deferred: Promise<unknown>[] = []
const ctx = edgeContext(env, {
  tenantId: 'globex',
  actor: { type: 'system', job: 'test' },
  requestId: 'test',
  traceparent: traceparentOf(undefined),
  waitUntil: (work) => void deferred.push(work),
})

let places = 0
let environment: string
let flag: string
beforeEach(async () => {
  environment = `timed-${++places}`
  flag = `timed_${places}`
  await putEnvironment(ctx, environment, {})
  await createFlag(ctx, {
    name: flag,
    description: '',
    enabled: true,
    type: 'boolean',
    defaultValue: false,
    jsonSchema: null,
    variants: {},
    tags: [],
    metadata: {},
    clientVisible: false,
    environments: {
      [environment]: {
        enabled: true,
        prerequisites: [],
        rules: [{ type: 'rollout', id: 'some', value: true, percentage: 0, attribute: 'id' }],
      },
    },
    comment: '',
  })
})

afterEach(async () => {
  vi.useRealTimers()
  await Promise.allSettled(deferred.splice(0))
})

const hub = () => env.FLAG_HUBS.getByName(`globex:${environment}`)
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
const pass = (minutes: number) =>
  vi.useFakeTimers({ now: Date.now() + minutes * 60_000, toFake: ['Date'] })
const shareNow = async () => {
  const { environments, version } = await getFlag(ctx, flag)
  const rule = environments[environment]?.rules[0]
  return [rule?.type === 'rollout' ? rule.percentage : undefined, version]
}
const ramp = () =>
  createSchedule(ctx, flag, {
    type: 'ramp',
    environment,
    rule: 'some',
    steps: [
      { at: inMinutes(10), percentage: 20 },
      { at: inMinutes(30), percentage: 100 },
    ],
    comment: '',
  })

test('the alarm is set for the next step, takes it, and is set for the one after', async () => {
  const { steps } = await ramp()
  const alarm = () => runInDurableObject(hub(), (_, { storage }) => storage.getAlarm())
  expect(await alarm()).toBeLessThanOrEqual(Date.parse(steps[0]?.at ?? ''))
  pass(11)
  expect(await runDurableObjectAlarm(hub())).toBe(true)
  expect(await shareNow()).toEqual([20, 2])
  const at = { tenantId: 'globex', environment }
  expect(await hubOf(env, at).current(at)).toMatchObject({ version: 3 })
  expect(await alarm()).toBeLessThanOrEqual(Date.now() + 20 * 60_000)
  await runDurableObjectAlarm(hub())
  expect(await shareNow()).toEqual([20, 2])
})

test('what was due while the hub was gone follows, one step at a time', async () => {
  const { id } = await ramp()
  await evictDurableObject(hub())
  pass(120)
  await runDurableObjectAlarm(hub())
  expect(await shareNow()).toEqual([20, 2])
  const schedule = await getSchedule(ctx, id)
  expect(schedule).toMatchObject({ done: 1, state: 'active' })
  expect(Date.parse(schedule.nextAt ?? '')).toBe(Date.now() + 20 * 60_000)
})

test('alarms at once take a step once', async () => {
  await ramp()
  pass(11)
  await Promise.all([
    runDurableObjectAlarm(hub()),
    ...Array.from({ length: 5 }, () => runDue(ctx, environment)),
  ])
  expect(await shareNow()).toEqual([20, 2])
})
