/** From an evaluation, or a page's report, through the queue to rows, and to the sums of an experiment. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { exposureOf, messageOf, rowsOf } from './exposure-messages.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
beforeEach(() => void app.exposed.splice(0))
afterEach(() => app.settle())
afterAll(() => app?.close())

const variations = ['short', 'long'].map((variant) => ({ variant, weight: 50 }))
const ruleOf = (key: string, phase = 0) => ({
  type: 'experiment',
  id: 'split',
  key,
  status: 'running',
  variations,
  phase,
})
const flagOf = (name: string, rule: object = ruleOf(name)) => ({
  name,
  enabled: true,
  type: 'string',
  defaultValue: 'long',
  variants: { short: 'short', long: 'long' },
  environments: { production: { rules: [rule] } },
})
const create = async (name: string, rule?: object, who?: Who) => {
  const answer = await app.send('POST', '/api/admin/feature-flags', flagOf(name, rule), who)
  expect(answer.status).toBe(201)
}
const bodyOf = (init?: RequestInit) => (typeof init?.body === 'string' ? init.body : '')
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const evaluate = (name: string, targetingKey: string) =>
  jsonOf(app.send('POST', `/ofrep/v1/evaluate/flags/${name}`, { context: { targetingKey } }))

interface Sent {
  type: string
  exposures?: { experiment: string; unit: string; variant: string; phase: number }[]
}
const sent = async (type: string) => {
  await app.settle()
  return (app.exposed as Sent[]).filter((message) => message.type === type)
}
const put = (messages: readonly unknown[] = app.exposed.splice(0), queue = 'exposures') =>
  deliver(app, messages, { queue })

test('a flag asked for by itself tells its exposure once, all flags at once tell none', async () => {
  await create('checkout')
  await app.send('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'u0' } })
  expect(await sent('exposures')).toEqual([])
  const answer = await evaluate('checkout', 'u1')
  expect(answer.metadata).toMatchObject({ experiment: 'checkout', experimentPhase: 0 })
  await evaluate('checkout', 'u1')
  const exposure = { experiment: 'checkout', phase: 0, unit: 'u1', variant: answer.variant }
  expect(await sent('exposures')).toMatchObject([{ tenantId: 'acme', exposures: [exposure] }])
  expect(await put()).toSatisfy((all: { type: string }[]) =>
    all.every(({ type }) => type === 'ack'),
  )
  const rows = `select tenant_id as tenant, unit, variant, conflicts from experiment_exposures
    where experiment = 'checkout'`
  expect(await rowsOf(app, rows)).toEqual([
    { tenant: 'acme', unit: 'u1', variant: answer.variant, conflicts: false },
  ])
  expect(app.metrics.count('voiceassist_exposures_total', 'stored')).toBe(1)
})

test('a unit with two variants keeps the first and is marked, whatever order they come in', async () => {
  const later = { variant: 'long', time: '2026-11-21T12:00:00Z' }
  await put([messageOf([exposureOf('two', later), exposureOf('one')])])
  await put([messageOf([exposureOf('two'), exposureOf('both'), exposureOf('both', later)])])
  await put([messageOf([exposureOf('two'), exposureOf('one')])])
  const rows = `select unit, variant, conflicts, first_at::text as at from experiment_exposures
    where experiment = 'made' order by unit`
  const at = '2026-11-20 12:00:00+00'
  expect(await rowsOf(app, rows)).toEqual([
    { unit: 'both', variant: 'short', conflicts: true, at },
    { unit: 'one', variant: 'short', conflicts: false, at },
    { unit: 'two', variant: 'long', conflicts: true, at },
  ])
})

test('a consumer that is killed half-way loses no exposure and writes none twice', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const messages = Array.from({ length: 40 }, (_, n) =>
    messageOf([n, n + 1, n + 2].map((unit) => exposureOf(`k${unit}`, { experiment: 'killed' }))),
  )
  let [waiting, kills, retried] = [messages, 0, 0]
  const fetch = globalThis.fetch
  while (waiting.length > 0) {
    const isKilled = kills < 6
    // Before the statement, or after it: then all is written, and nobody knows.
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const isStatement = bodyOf(init).includes('experiment_exposures')
      if (isKilled && isStatement && kills % 2 === 0) throw new TypeError('killed')
      const answer = await fetch(input, init)
      if (isKilled && isStatement) throw new TypeError('killed')
      return answer
    })
    const batch = waiting.slice(0, 15)
    const verdicts = await put(batch)
    vi.mocked(globalThis.fetch).mockRestore()
    retried += verdicts.some(({ type }) => type === 'retry') ? 1 : 0
    waiting = [...waiting.slice(15), ...batch.filter((_, n) => verdicts[n]?.type !== 'ack')]
    kills++
  }
  quiet.mockRestore()
  expect(retried).toBe(6)
  const counted = `select count(*)::int as n, bool_or(conflicts) as marked from experiment_exposures
    where experiment = 'killed'`
  expect(await rowsOf(app, counted)).toEqual([{ n: 42, marked: false }])
})

test('what the queue does not take is offered again, and no request fails of it', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  await create('offered')
  const refuse = vi.spyOn(app.env.EXPOSURES, 'send').mockRejectedValue(new Error('full'))
  expect(await evaluate('offered', 'u1')).toMatchObject({ key: 'offered' })
  await app.settle()
  refuse.mockRestore()
  await evaluate('offered', 'u2')
  const units = (await sent('exposures')).flatMap(({ exposures = [] }) => exposures)
  expect(units.map(({ unit }) => unit).toSorted()).toEqual(['u1', 'u2'])
  quiet.mockRestore()
})

const report = (exposures: object[], who?: Who) =>
  app.send('POST', '/api/exposures', { exposures }, who)

test('a page’s report is told like an evaluation, of the phase it names', async () => {
  await create('reported', ruleOf('length', 2))
  const unit = { flag: 'reported', variant: 'short', targetingKey: 'u1' }
  const answer = await report([unit, { ...unit, phase: 1, experiment: 'length' }], {
    scopes: ['flag.evaluate'],
  })
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 2 }])
  const [message] = await sent('exposures')
  expect(message?.exposures).toMatchObject([
    { experiment: 'length', phase: 2, unit: 'u1', variant: 'short' },
    { experiment: 'length', phase: 1, unit: 'u1', variant: 'short' },
  ])
})

test.each([
  ['flag', { flag: 'nowhere' }],
  ['variant', { variant: 'wide' }],
  ['experiment', { experiment: 'other' }],
  ['phase', { phase: 9 }],
  ['time', { time: '2020-01-01T00:00:00Z' }],
  ['time', { time: 'yesterday' }],
  ['targetingKey', { targetingKey: '' }],
])('a report with a wrong %s is refused there, and nothing of it counted', async (field, wrong) => {
  const good = { flag: 'reported', variant: 'long', targetingKey: 'fresh' }
  const answer = await report([good, { ...good, ...wrong }])
  expect(answer.status).toBe(422)
  expect((await jsonOf(answer)).errors).toMatchObject([{ pointer: `/exposures/1/${field}` }])
  expect(await sent('exposures')).toEqual([])
})

test('reports and events are of the caller’s own tenant, at most a hundred, from any page', async () => {
  const mine = { flag: 'reported', variant: 'short', targetingKey: 'spy' }
  const foreign = await report([mine], { tenant: 'globex' })
  expect((await jsonOf(foreign)).errors).toMatchObject([{ pointer: '/exposures/0/flag' }])
  const event = { name: 'signup', targetingKey: 'spy' }
  const many = (one: object) => Array.from({ length: 101 }, () => one)
  expect((await report(many(mine))).status).toBe(422)
  expect((await app.send('POST', '/api/track', { events: many(event) })).status).toBe(422)
  for (const path of ['/api/exposures', '/api/track']) {
    expect((await app.request(path, { method: 'POST' })).status).toBe(401)
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'POST' }
    const preflight = await app.request(path, { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example')
  }
  const own = await app.send('POST', '/api/track', { events: [event] }, { tenant: 'globex' })
  expect(own.status).toBe(202)
  expect(await sent('metrics')).toMatchObject([{ tenantId: 'globex' }])
})

test('events are of the environment of the key that brings them', async () => {
  const key = { scopes: ['flag.evaluate'], environment: 'staging' }
  const event = { name: 'signup', targetingKey: 'tester' }
  expect((await app.send('POST', '/api/track', { events: [event] }, key)).status).toBe(202)
  expect(await sent('metrics')).toMatchObject([{ tenantId: 'acme', environment: 'staging' }])
})

test('a message of another form is dropped, a dead one is said whole', async () => {
  const lines = vi.spyOn(console, 'log').mockReturnValue()
  expect(await put([{ type: 'exposures' }, 'text', { type: 'counts' }])).toEqual(
    [0, 1, 2].map(() => ({ type: 'ack' })),
  )
  await put([messageOf([exposureOf('dead-unit')])], 'exposures-dead')
  expect(lines.mock.calls.at(-1)?.[0]).toContain('dead-unit')
  lines.mockRestore()
})
