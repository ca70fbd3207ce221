/** Steps of visitors, from their browsers' reports to funnels; and what of them is kept. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { JOURNEYS } from '../../shared/metric-labels.ts'
import { sweepJourneys } from '../../workers/ops/journey-service.ts'
import { appendSteps, findReached } from '../../workers/ops/journey-store.ts'
import { dayOf, journeyOf } from '../../workers/ops/journeys.ts'
import type { Step } from '../../workers/ops/rum-schemas.ts'
import { Journeys } from '../../workers/ops/schemas.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
let sql: Sql
beforeAll(async () => {
  app = await startApp()
  sql = connect(app.database.owner)
})
afterEach(async () => {
  await app.settle()
  await sql.query('delete from journey_events')
})
afterAll(() => app.close())

const PATH = '/api/admin/ops/journeys'
const platform = { runsPlatform: true }

const visit = (ip: string, ...steps: Step[]) =>
  app.request('/api/rum', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cf-connecting-ip': ip, 'user-agent': 'Test/1' },
    body: JSON.stringify({ events: steps.map((step) => ({ type: 'step', step })) }),
  })

async function funnelOf(journey: string) {
  const answer = await app.send('GET', `${PATH}?days=2`, undefined, platform)
  expect(answer.status).toBe(200)
  const { journeys } = Journeys.parse(await answer.json())
  return journeys.find((funnel) => funnel.journey === journey)
}

test('a visitor counts once at each step, as far as they came', async () => {
  expect((await visit('192.0.2.1', 'login', 'query', 'result')).status).toBe(204)
  await visit('192.0.2.1', 'login', 'query', 'query')
  await visit('192.0.2.2', 'login', 'query')
  await visit('192.0.2.3', 'login')
  await visit('192.0.2.4', 'result')
  await app.settle()
  const funnel = await funnelOf('question')
  expect(funnel?.steps).toEqual([
    { step: 'login', visitors: 3, dropped: 0 },
    { step: 'query', visitors: 2, dropped: 1 },
    { step: 'result', visitors: 1, dropped: 1 },
  ])
  expect(funnel?.days.map(({ visitors }) => visitors)).toEqual([
    [0, 0, 0],
    [3, 2, 1],
  ])
  expect(app.metrics.count('voiceassist_journey_steps_total', 'question', 'login')).toBe(4)
  expect(app.metrics.count('voiceassist_journey_steps_total', 'question', 'result')).toBe(2)
})

test('nothing of a visitor is kept but a hash with the day’s salt', async () => {
  await visit('192.0.2.9', 'upload')
  await app.settle()
  const events = await sql.query('select * from journey_events')
  expect(events).toEqual([
    {
      day: expect.anything(),
      journey: 'document',
      step: 'upload',
      session_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      at: expect.anything(),
    },
  ])
})

const row = (step: Step, at: string, visitor = 'ab'.repeat(32)) => {
  return { journey: journeyOf(JOURNEYS, step), step, visitor, at }
}

test('steps count in their order and within their day, and a day’s hash is no other’s', async () => {
  await appendSteps(app.env, [
    row('call', '2026-11-02T10:00:00Z'),
    row('turn', '2026-11-02T10:00:01Z'),
    row('completed', '2026-11-03T00:00:00Z'),
    row('turn', '2026-11-04T09:00:00Z'),
    row('call', '2026-11-04T10:00:00Z'),
    row('completed', '2026-11-04T11:00:00Z'),
  ])
  const reached = await findReached(app.env, '2026-11-01')
  expect(reached.toSorted((a, b) => `${a.day}${a.nth}`.localeCompare(`${b.day}${b.nth}`))).toEqual([
    { day: '2026-11-02', journey: 'call', nth: 1, visitors: 1 },
    { day: '2026-11-02', journey: 'call', nth: 2, visitors: 1 },
    { day: '2026-11-04', journey: 'call', nth: 1, visitors: 1 },
  ])
  const hashes = await sql.query(`select distinct day, session_hash from journey_events`)
  expect(new Set(hashes.map((each) => each['session_hash'])).size).toBe(3)
})

test('a batch that comes twice, or ten at once, keeps one row and one salt', async () => {
  const rows = [row('login', '2026-11-05T10:00:00Z')]
  await Promise.all(Array.from({ length: 10 }, () => appendSteps(app.env, rows)))
  expect(await sql.query(`select count(*)::int as n from journey_events`)).toEqual([{ n: 1 }])
  expect(
    await sql.query(`select count(*)::int as n from journey_salts where day = '2026-11-05'`),
  ).toEqual([{ n: 1 }])
})

test('steps are kept for ninety days, salts until the day after theirs', async () => {
  const now = new Date('2026-11-20T12:00:00Z')
  await appendSteps(app.env, [
    row('login', '2026-08-22T12:00:00Z'),
    row('login', '2026-08-23T12:00:00Z'),
    row('login', '2026-11-18T12:00:00Z'),
    row('login', '2026-11-19T12:00:00Z'),
    row('login', '2026-11-20T12:00:00Z'),
  ])
  const told: unknown[] = []
  const log = { info: (...line: unknown[]) => void told.push(line) }
  await sweepJourneys({ env: app.env, log: log as never, now: () => now })
  const days = async (table: string) =>
    (
      await sql.query(
        `select distinct day::text from ${table} where day <= '2026-11-20' order by 1`,
      )
    ).map(({ day }) => day)
  expect(await days('journey_events')).toEqual([
    '2026-08-23',
    '2026-11-18',
    '2026-11-19',
    '2026-11-20',
  ])
  expect(await days('journey_salts')).toEqual(['2026-11-19', '2026-11-20'])
  expect(told).toEqual([['old steps of journeys were deleted', { steps: 1 }]])
  await sweepJourneys({ env: app.env, log: log as never, now: () => now })
  expect(told).toHaveLength(1)
})

test('they are for those who run the platform, and say what is wrong with a question', async () => {
  expect((await app.send('GET', PATH)).status).toBe(403)
  expect((await app.knock(PATH)).status).toBe(401)
  for (const days of ['0', '91', 'all', '-1', '1.5']) {
    const bad = await app.send('GET', `${PATH}?days=${days}`, undefined, platform)
    expect([days, bad.status]).toEqual([days, 422])
    expect(await bad.json()).toMatchObject({ errors: [{ in: 'query', pointer: '/days' }] })
  }
  const answer = await app.send('GET', PATH, undefined, platform)
  const { days, from, journeys } = Journeys.parse(await answer.json())
  expect(days).toBe(30)
  expect(journeys[0]?.days).toHaveLength(30)
  expect(journeys[0]?.days.at(0)?.day).toBe(from)
  expect(journeys[0]?.days.at(-1)?.day).toBe(dayOf(new Date()))
})

test('an unknown step is refused whole, and a database that is down costs nobody anything', async () => {
  expect((await visit('192.0.2.1', 'login', 'win' as Step)).status).toBe(400)
  await app.settle()
  expect(await sql.query('select * from journey_events')).toEqual([])
  app.neon.setUp(false)
  expect((await visit('192.0.2.1', 'login')).status).toBe(204)
  await app.settle()
  app.neon.setUp(true)
  await app.knock('/live')
  await app.settle()
  expect(app.metrics.count('voiceassist_journey_events_total', 'failed')).toBe(1)
})
