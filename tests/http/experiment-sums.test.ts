/** What units do after their exposure: events, and the sums that statistics are made of. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { refreshExperiments } from '../../workers/experiments/schedule.ts'
import { startContext } from '../unit/shared/service-context.ts'
import { exposureOf, messageOf, rowsOf } from './exposure-messages.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const put = (messages: readonly unknown[] = app.exposed.splice(0)) =>
  deliver(app, messages, { queue: 'exposures' })

const track = (events: object[]) => app.send('POST', '/api/track', { events })

test('an event counts once, however often it is sent', async () => {
  const time = new Date(Date.now() - 60_000).toISOString()
  const event = { name: 'paid', targetingKey: 'u1', value: 5, time }
  await track([event, { ...event, idempotencyKey: 'order-1' }])
  await track([event, { ...event, idempotencyKey: 'order-1', value: 7 }])
  await put()
  const rows = `select value::float8 from metric_events where metric = 'paid' order by value`
  expect(await rowsOf(app, rows)).toEqual([{ value: 5 }, { value: 5 }])
  const old = await track([{ ...event, time: '2020-01-01T00:00:00Z' }])
  expect((await jsonOf(old)).errors).toMatchObject([{ pointer: '/events/0/time' }])
  const infinite = await app.send(
    'POST',
    '/api/track',
    '{"events":[{"name":"a","targetingKey":"b","value":1e999}]}',
  )
  expect(infinite.status).toBe(422)
})

const refresh = () => {
  const { ctx } = startContext(app.env)
  const contextOf = (tenantId: string) => ({ ...ctx, tenantId, now: () => new Date() })
  return refreshExperiments({ ...contextOf(''), contextOf })
}

test('sums are of what units did since their exposure, and before; the same when made twice', async () => {
  const at = '2026-11-20T12:00:00Z'
  const units = ['a', 'b', 'c'].map((unit) => exposureOf(unit, { experiment: 'summed', time: at }))
  units.push(exposureOf('c', { experiment: 'summed', variant: 'long', time: at }))
  units.push(exposureOf('d', { experiment: 'summed', variant: 'long', time: at }))
  const events = Object.entries({
    a: [
      ['2026-11-21T00:00:00Z', 3],
      ['2026-11-22T00:00:00Z', 1],
      ['2026-11-19T00:00:00Z', 2],
    ],
    b: [['2026-10-01T00:00:00Z', 50]],
    c: [['2026-11-21T00:00:00Z', 1000]],
    d: [['2026-11-20T12:00:00Z', 7]],
    stranger: [['2026-11-21T00:00:00Z', 1000]],
  }).flatMap(([unit, all]) =>
    all.map(([time, value]) => ({ metric: 'spent', unit, value, time, idempotencyKey: `${time}` })),
  )
  const metrics = { type: 'metrics', tenantId: 'acme', environment: 'production', events }
  await put([messageOf(units), metrics])
  const rows = `select variant, kind, day::text, array[n, sum_y, sum_y2, sum_x, sum_x2, sum_xy] as sums
    from experiment_moments where experiment = 'summed' order by variant, kind`
  const day = '2026-11-20'
  const expected = [
    { variant: 'long', kind: 'count', day, sums: [1, 1, 1, 0, 0, 0] },
    { variant: 'long', kind: 'mean', day, sums: [1, 7, 49, 0, 0, 0] },
    { variant: 'long', kind: 'proportion', day, sums: [1, 1, 1, 0, 0, 0] },
    { variant: 'short', kind: 'count', day, sums: [2, 2, 4, 1, 1, 2] },
    { variant: 'short', kind: 'mean', day, sums: [2, 4, 16, 2, 4, 8] },
    { variant: 'short', kind: 'proportion', day, sums: [2, 1, 1, 1, 1, 1] },
  ]
  await refresh()
  expect(await rowsOf(app, rows)).toEqual(expected)
  const again = `update experiment_refreshes set refreshed_at = now() - interval '11 minutes'`
  await rowsOf(app, again)
  await put([metrics])
  await refresh()
  expect(await rowsOf(app, rows)).toEqual(expected)
})

test('who leaves the tenant is forgotten as a unit', async () => {
  await rowsOf(
    app,
    `insert into users values ('acme', 'leaver', 'l@example.com', 'L', 'user', now())`,
  )
  await put([
    messageOf([
      exposureOf('leaver', { experiment: 'left' }),
      exposureOf('stays', { experiment: 'left' }),
    ]),
  ])
  const event = {
    metric: 'm',
    unit: 'leaver',
    value: 1,
    time: '2026-11-20T12:00:00Z',
    idempotencyKey: 'k',
  }
  await put([{ type: 'metrics', tenantId: 'acme', environment: 'production', events: [event] }])
  await rowsOf(app, `delete from users where tenant_id = 'acme' and id = 'leaver'`)
  const left = `select unit from experiment_exposures where experiment = 'left'
    union all select unit from metric_events where unit = 'leaver'`
  expect(await rowsOf(app, left)).toEqual([{ unit: 'stays' }])
})
