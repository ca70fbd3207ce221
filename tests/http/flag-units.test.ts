/** One unit's data is erased on request: from experiments, overrides, old snapshots, proposals, and samples. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { refreshExperiments } from '../../workers/experiments/schedule.ts'
import { jobOf } from './experiment-harness.ts'
import { exposureOf, messageOf, rowsOf } from './exposure-messages.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const erase = (unit: string, who?: Parameters<TestApp['send']>[3]) =>
  app.send('DELETE', `/api/admin/flag-units/${encodeURIComponent(unit)}`, undefined, who)

async function must(method: string, path: string, body: object, status: number) {
  const answer = await app.send(method, path, body)
  expect([path, answer.status]).toEqual([path, status])
  return jsonOf(answer)
}

/** Exposed, measured, overridden, proposed and sampled. */
async function leaveTraces(unit: string, flag: string) {
  const exposed = { ...messageOf([exposureOf(unit, { experiment: flag })]) }
  const event = { metric: 'bought', unit, value: 1, time: new Date().toISOString() }
  const events = {
    type: 'metrics',
    tenantId: 'acme',
    environment: 'production',
    events: [{ ...event, idempotencyKey: unit }],
  }
  await deliver(app, [exposed, events], { queue: 'exposures' })
  const override = { unitId: unit, value: true, reason: 'Asked for it' }
  await must('POST', `${FLAGS}/${flag}/overrides`, override, 200)
  const change = { type: 'override', environment: 'production', flag, ...override, value: false }
  await must('POST', '/api/admin/flag-proposals', { change, comment: 'x' }, 201)
  const context = { targetingKey: unit, plan: 'pro' }
  await app.send('POST', `/ofrep/v1/evaluate/flags/${flag}`, { context })
}

const TABLES = {
  experiment_exposures: 'unit',
  metric_events: 'unit',
  user_feature_flags: 'unit_id',
  flag_drafts: `change ->> 'unitId'`,
  flag_snapshots: 'payload',
}

/** Rows that say the unit's key, by table. */
async function tracesOf(unit: string) {
  const found = Object.entries(TABLES).map(async ([table, column]) => {
    const rows = await rowsOf(app, `select ${column} as said from ${table}`)
    return [table, rows.filter(({ said }) => String(said).includes(unit)).length] as const
  })
  return Object.fromEntries(await Promise.all(found))
}

test('nothing of an erased unit is left, and nothing of another is missing', async () => {
  await must('POST', FLAGS, { name: 'shown', enabled: true, defaultValue: false }, 201)
  const [gone, stays] = ['customer "7"/ü', 'customer 8']
  await leaveTraces(gone, 'shown')
  await leaveTraces(stays, 'shown')
  const before = await tracesOf(stays)
  expect((await tracesOf('customer'))['experiment_exposures']).toBe(2)
  expect(before).toMatchObject({ metric_events: 1, user_feature_flags: 1, flag_drafts: 1 })

  const erased = await erase(gone)
  expect([erased.status, await erased.json()]).toEqual([
    200,
    {
      exposures: 1,
      events: 1,
      overrides: 1,
      proposals: 1,
      snapshots: expect.any(Number),
      contexts: expect.any(Number),
    },
  ])
  for (const part of ['"7"', '\\"7\\"', '/ü']) {
    expect(Object.values(await tracesOf(part))).toEqual([0, 0, 0, 0, 0])
  }
  expect(await tracesOf(stays)).toEqual({ ...before, flag_snapshots: expect.any(Number) })
  // The other's override still decides, in the newest snapshot and in those of before.
  const place = `/api/flags/shown/explain?context=${encodeURIComponent('{"targetingKey":"customer 8"}')}`
  expect(await jsonOf(app.send('GET', place))).toMatchObject({ value: true })
  const again = await jsonOf(erase(gone))
  expect(Object.values(again)).toEqual([0, 0, 0, 0, 0, 0])
})

test('old snapshots forget it and stay whole: their hash is that of what they are now', async () => {
  await must('POST', FLAGS, { name: 'kept', enabled: true, defaultValue: false }, 201)
  await leaveTraces('old-timer', 'kept')
  expect((await tracesOf('old-timer'))['flag_snapshots']).toBeGreaterThan(0)
  const { snapshots } = await jsonOf(erase('old-timer'))
  expect(snapshots).toBeGreaterThan(0)
  const wrong = await rowsOf(
    app,
    `select version from flag_snapshots
     where sha256 <> encode(sha256(convert_to(payload, 'UTF8')), 'hex')`,
  )
  expect(wrong).toEqual([])
})

test('sums are made anew without it', async () => {
  await must('POST', FLAGS, { name: 'summed', enabled: true, defaultValue: false }, 201)
  await leaveTraces('summed-1', 'summed')
  await leaveTraces('summed-2', 'summed')
  const units = async () => {
    await refreshExperiments(jobOf(app, 'refreshExperiments'))
    const rows = await rowsOf(
      app,
      `select n from experiment_moments where experiment = 'summed' and kind = 'count'`,
    )
    return rows.map(({ n }) => n)
  }
  expect(await units()).toEqual([2])
  await erase('summed-1')
  await rowsOf(
    app,
    `update experiment_refreshes set refreshed_at = refreshed_at - interval '1 hour'`,
  )
  expect(await units()).toEqual([1])
})

test('it is on record without its key, needs the right, and reaches no other tenant', async () => {
  await must('POST', FLAGS, { name: 'logged', enabled: true, defaultValue: false }, 201)
  await leaveTraces('secret-customer', 'logged')
  expect((await erase('secret-customer', { role: 'viewer' })).status).toBe(403)
  expect(await jsonOf(erase('secret-customer', { tenant: 'globex' }))).toMatchObject({
    exposures: 0,
    overrides: 0,
  })
  expect((await tracesOf('secret-customer'))['experiment_exposures']).toBe(1)
  await erase('secret-customer')
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.unit.erase'))
  expect(log.items[0].entry).toMatchObject({
    actor: 'ada',
    facts: { exposures: 1, events: 1, overrides: 1 },
  })
  expect(JSON.stringify(log)).not.toContain('secret-customer')
  const long = await erase('x'.repeat(201))
  expect(long.status).toBe(422)
  expect((await jsonOf(long)).errors).toMatchObject([{ in: 'param', pointer: '/unit' }])
})
