/** How often flags were evaluated: counted in isolates, added up in Postgres, read by administrators. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { withTenant } from '../../shared/database.ts'
import { flagsOf } from '../../workers/flags/client-service.ts'
import type { CountMessage } from '../../workers/flags/count-schemas.ts'
import { addCounts } from '../../workers/flags/count-store.ts'
import { markOf, note } from '../../workers/flags/units.ts'
import { startContext } from '../unit/shared/service-context.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  vi.restoreAllMocks()
  await app.settle()
})
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const read = (path: string, who = {}) => jsonOf(app.send('GET', path, undefined, who))

const sketchOf = (from: number, to: number) => {
  const sketch = new Uint8Array(64)
  for (let unit = from; unit < to; unit++) note(sketch, markOf(`user-${unit}`))
  return Buffer.from(sketch).toString('base64')
}

const messageOf = (counts: object[], id: string = crypto.randomUUID()): CountMessage => ({
  type: 'counts',
  id,
  tenantId: 'acme',
  counts: counts.map((count) => ({
    environment: 'production',
    flag: 'counted',
    variant: 'on',
    reason: 'STATIC',
    minute: '2026-03-01T10:59:00Z',
    evals: 1,
    bulk: 0,
    errors: 0,
    units: null,
    ...count,
  })),
})

const add = (messages: CountMessage[], tenantId = 'acme') => {
  const { ctx } = startContext(app.env, tenantId)
  return withTenant(ctx).batch((tx) => [tx.execute(addCounts(tenantId, messages))])
}

const WINDOW = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'

test('a message adds to its minute, hour and day, once however often it comes', async () => {
  await app.send('POST', FLAGS, { name: 'counted', enabled: true })
  const first = messageOf([{ evals: 3, bulk: 1, units: sketchOf(0, 400) }])
  const second = messageOf([
    { evals: 2, minute: '2026-03-01T11:00:00Z', units: sketchOf(200, 1000) },
    { evals: 1, errors: 1, variant: '', reason: 'ERROR', minute: '2026-03-01T11:00:00Z' },
  ])
  await add([first, second, first])
  await Promise.all([add([first]), add([second])])

  const day = await read(`${FLAGS}/counted/analytics?granularity=day&${WINDOW}`)
  expect(day.series).toEqual([
    { variant: '', reason: 'ERROR', points: [expect.objectContaining({ evals: 1, errors: 1 })] },
    { variant: 'on', reason: 'STATIC', points: [expect.objectContaining({ evals: 5, bulk: 1 })] },
  ])
  // 1,000 units in all: three sigma of 13 %.
  expect(Math.abs(day.series[1].points[0].units - 1000)).toBeLessThan(390)
  const hour = await read(`${FLAGS}/counted/analytics?${WINDOW}`)
  expect(
    hour.series[1].points.map(({ at, evals }: { at: string; evals: number }) => [at, evals]),
  ).toEqual([
    ['2026-03-01T10:00:00.000Z', 3],
    ['2026-03-01T11:00:00.000Z', 2],
  ])
  const report = await read(`/api/admin/flag-analytics?granularity=minute&${WINDOW}`)
  expect(report).toMatchObject({
    granularity: 'minute',
    items: [{ flag: 'counted', evals: 6, errors: 1, lastAt: '2026-03-01T11:00:00.000Z' }],
  })
})

test('a tenant that is gone gets no counts, and nobody reads another’s', async () => {
  await add([messageOf([{}])], 'nobody')
  expect((await read(`/api/admin/flag-analytics?${WINDOW}`, { tenant: 'globex' })).items).toEqual(
    [],
  )
  const foreign = await app.send('GET', `${FLAGS}/counted/analytics`, undefined, {
    tenant: 'globex',
  })
  expect(foreign.status).toBe(404)
})

test.each([
  ['granularity=week', '/granularity'],
  ['from=yesterday', '/from'],
  ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', '/from'],
  ['granularity=minute&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', '/from'],
  ['environment=UPPER', '/environment'],
])('a window of %s is refused there', async (query, pointer) => {
  for (const path of [`${FLAGS}/counted/analytics`, '/api/admin/flag-analytics']) {
    const answer = await app.send('GET', `${path}?${query}`)
    expect(answer.status).toBe(422)
    expect((await jsonOf(answer)).errors).toMatchObject([{ in: 'query', pointer }])
  }
})

const evaluate = (name: string, context: object) =>
  app.send('POST', `/ofrep/v1/evaluate/flags/${name}`, { context })

test('evaluations are counted, one by one, all at once, and by the platform itself', async () => {
  const now = new Date()
  await app.send('POST', FLAGS, { name: 'asked', enabled: true, clientVisible: false })
  for (const targetingKey of ['a', 'b', 'a']) await evaluate('asked', { targetingKey })
  await evaluate('nowhere', { targetingKey: 'a' })
  await evaluate('asked', { deep: '['.repeat(70_000) })
  await app.send('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'c' } })
  const { ctx, settle } = startContext(app.env)
  const flags = await flagsOf({ ...ctx, now: () => now })
  expect(flags.getBooleanValue('asked', false)).toBe(true)
  expect(flags.getStringValue('asked', 'x')).toBe('x')
  await Promise.all([app.settle(), settle()])
  await deliver(app, app.exposed.splice(0), { queue: 'exposures' })

  const { series } = await read(`${FLAGS}/asked/analytics?granularity=minute`)
  const totals = series.map(({ variant, reason, points }: Series) => {
    const sum = (of: 'evals' | 'bulk' | 'errors') =>
      points.reduce((all, point) => all + point[of], 0)
    return [variant, reason, sum('evals'), sum('bulk'), sum('errors')]
  })
  expect(totals).toEqual([
    ['', 'ERROR', 2, 0, 2],
    ['on', 'STATIC', 5, 1, 0],
  ])
  const report = await read('/api/admin/flag-analytics')
  const asked = report.items.find(({ flag }: { flag: string }) => flag === 'asked')
  expect(asked).toMatchObject({ evals: 7, bulk: 1, errors: 2, units: 4 })
  expect(report.items.some(({ flag }: { flag: string }) => flag === 'nowhere')).toBe(false)
})

interface Series {
  variant: string
  reason: string
  points: { evals: number; bulk: number; errors: number }[]
}

test('an isolate sends by minute and by the thousand, and what fails to go is not lost', async () => {
  const { ctx, clock, settle } = startContext(app.env)
  const quiet = vi.spyOn(app.env.EXPOSURES, 'send')
  const flags = await flagsOf(ctx)
  for (let n = 0; n < 1500; n++) flags.getBooleanValue('asked', false)
  quiet.mockRejectedValueOnce(new Error('full'))
  await settle()
  clock.ms += 60_000
  flags.getBooleanValue('asked', false)
  await settle()
  const counts = (app.exposed.splice(0) as CountMessage[])
    .filter(({ type }) => type === 'counts')
    .flatMap((message) => message.counts)
    .filter(({ flag }) => flag === 'asked')
  const byMinute = Map.groupBy(counts, ({ minute }) => minute)
  const sums = [...byMinute.values()].map((all) => all.reduce((sum, { evals }) => sum + evals, 0))
  expect(sums).toEqual([1500, 1])
  expect(counts.length).toBeGreaterThan(2)
})
