import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  app.neon.setUp(true)
  app.upstash.setUp(true)
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app?.close())

const FLAGS = '/api/admin/feature-flags'
const evaluation = (key: string) => `/ofrep/v1/evaluate/flags/${key}`
const context = { targetingKey: 'ada' }

let count = 0
let name: string
beforeEach(() => void (name = `flag_${++count}`))

const create = (fields: object = {}, who = {}) =>
  app.send('POST', FLAGS, { name, enabled: true, ...fields }, who)
const evaluate = (key = name, who = {}) => app.send('POST', evaluation(key), { context }, who)
const evaluated = async (key?: string, who?: object) => (await evaluate(key, who)).json()

/** Moves the clock, so that what is in memory must be looked at again. */
const elapse = (ms: number) => vi.useFakeTimers({ now: Date.now() + ms, toFake: ['Date'] })

test('a flag is created, read, changed, switched and deleted', async () => {
  const created = await create({ description: 'Says hello' })
  expect(created.status).toBe(201)
  const flag = await created.json()
  const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(flag).toEqual({
    name,
    description: 'Says hello',
    type: 'boolean',
    enabled: true,
    defaultValue: true,
    jsonSchema: null,
    variants: {},
    tags: [],
    metadata: {},
    clientVisible: false,
    environments: {},
    version: 1,
    createdAt: iso,
    updatedAt: iso,
  })
  expect(await (await app.send('GET', `${FLAGS}/${name}`)).json()).toEqual(flag)

  elapse(5000)
  const changed = await app.send('PATCH', `${FLAGS}/${name}`, { defaultValue: false })
  expect(await changed.json()).toEqual({
    ...Object(flag),
    defaultValue: false,
    version: 2,
    updatedAt: iso,
  })
  const { createdAt, updatedAt } = Object(await (await app.send('GET', `${FLAGS}/${name}`)).json())
  expect(Date.parse(updatedAt) - Date.parse(createdAt)).toBeGreaterThanOrEqual(5000)

  const removed = await app.send('DELETE', `${FLAGS}/${name}`)
  expect([removed.status, await removed.text()]).toEqual([204, ''])
  expect((await app.send('GET', `${FLAGS}/${name}`)).status).toBe(404)
})

test('a switch without a body flips, and with one it sets', async () => {
  await create()
  const toggle = async (body: object) =>
    Object(await (await app.send('POST', `${FLAGS}/${name}/toggle`, body)).json()).enabled
  const bare = await app.request(`${FLAGS}/${name}/toggle`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await app.token()}` },
  })
  expect(await bare.json()).toMatchObject({ enabled: false })
  expect(await toggle({})).toBe(true)
  expect([await toggle({ enabled: true }), await toggle({ enabled: true })]).toEqual([true, true])
  expect(await toggle({ enabled: false })).toBe(false)
})

test('two flips at once end where they began', async () => {
  await create()
  const flips = [1, 2].map(() => app.send('POST', `${FLAGS}/${name}/toggle`, {}))
  await Promise.all(flips)
  expect(await (await app.send('GET', `${FLAGS}/${name}`)).json()).toMatchObject({ enabled: true })
})

test('flags are listed in pages, in the order of names, each once', async () => {
  const who = { tenant: 'globex' }
  const names = ['b', 'a', 'd', 'c', 'e'].map((letter) => `paged.${letter}`)
  for (const paged of names) await create({ name: paged }, who)
  const pages: string[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor && `&cursor=${cursor}`
    const response = await app.send('GET', `${FLAGS}?search=paged.&limit=2${query}`, undefined, who)
    const page = Object(await response.json())
    pages.push(page.items.map((flag: { name: string }) => flag.name))
    cursor = page.nextCursor
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2, 1])
  expect(pages.flat()).toEqual(names.toSorted())
})

test('another tenant sees nothing of a flag, may use its name, and changes only its own', async () => {
  const who = { tenant: 'globex' }
  await create()
  expect((await app.send('GET', `${FLAGS}/${name}`, undefined, who)).status).toBe(404)
  expect((await evaluate(name, who)).status).toBe(404)
  expect((await app.send('DELETE', `${FLAGS}/${name}`, undefined, who)).status).toBe(404)

  expect((await create({ enabled: false }, who)).status).toBe(201)
  expect(await evaluated()).toMatchObject({ value: true })
  expect(await evaluated(name, who)).toEqual({ key: name, reason: 'DISABLED' })
  expect((await app.send('DELETE', `${FLAGS}/${name}`, undefined, who)).status).toBe(204)
  expect((await app.send('GET', `${FLAGS}/${name}`)).status).toBe(200)
})

const flagPath = `${FLAGS}/bad_input`

test.each([
  ['an unknown flag', 404, 'not_found', () => app.send('GET', flagPath)],
  [
    'a change of an unknown flag',
    404,
    'not_found',
    () => app.send('PATCH', flagPath, { enabled: true }),
  ],
  [
    'a switch of an unknown flag',
    404,
    'not_found',
    () => app.send('POST', `${flagPath}/toggle`, {}),
  ],
  ['deleting an unknown flag', 404, 'not_found', () => app.send('DELETE', flagPath)],
  ['a malformed name', 422, 'invalid_fields', () => app.send('GET', `${FLAGS}/No`)],
  ['a name too long', 422, 'invalid_fields', () => create({ name: 'a'.repeat(101) })],
  ['a type there is not', 422, 'invalid_fields', () => create({ type: 'color' })],
  ['a limit of 0', 422, 'invalid_fields', () => app.send('GET', `${FLAGS}?limit=0`)],
  ['a change of nothing', 422, 'invalid_fields', () => app.send('PATCH', flagPath, {})],
  ['a list as body', 422, 'invalid_fields', () => app.send('POST', FLAGS, [])],
  ['malformed JSON', 400, 'invalid_request', () => app.send('POST', FLAGS, '{')],
  ['no body', 400, 'invalid_request', () => app.send('POST', FLAGS)],
  ['a viewer who writes', 403, 'forbidden', () => create({}, { role: 'viewer' })],
  ['a missing token', 401, 'unauthenticated', () => app.knock(flagPath)],
])('%s is a problem', async (_name, status, code, request) => {
  const response = await request()
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ type: `/problems/${code}`, status, code })
})

test('a name in use is a conflict, and the flag stays as it was', async () => {
  await create({ description: 'first' })
  const again = await create({ description: 'second' })
  expect([again.status, await again.json()]).toMatchObject([409, { code: 'conflict' }])
  const flag = await (await app.send('GET', `${FLAGS}/${name}`)).json()
  expect(flag).toMatchObject({ description: 'first' })
})

test('every unknown field is named', async () => {
  const response = await create({ colour: 'red', 'a/b': 1, enabled: 'yes' })
  expect(response.status).toBe(422)
  expect(Object(await response.json()).errors).toEqual([
    { in: 'json', pointer: '/enabled', detail: expect.any(String) },
    { in: 'json', pointer: '/colour', detail: 'is not a field of this request' },
    { in: 'json', pointer: '/a~1b', detail: 'is not a field of this request' },
  ])
})

test.each(['', '/toggle'])('a wrong content type at %s is refused, not ignored', async (suffix) => {
  const path = suffix ? `${FLAGS}/${name}${suffix}` : FLAGS
  const headers = { authorization: `Bearer ${await app.token()}`, 'content-type': 'text/plain' }
  const response = await app.request(path, { method: 'POST', headers, body: '{"enabled":false}' })
  expect([response.status, await response.json()]).toMatchObject([
    415,
    { code: 'unsupported_media_type' },
  ])
})

test('an evaluation costs one round trip when cold and none when warm', async () => {
  await create()
  // Time stands still: memory is fresh for two seconds.
  elapse(0)
  const before = app.neon.roundTrips()
  expect(await evaluated()).toEqual({ key: name, reason: 'STATIC', value: true, variant: 'on' })
  expect(app.neon.roundTrips() - before).toBe(1)
  for (let n = 0; n < 10; n++) await evaluate()
  await app.settle()
  expect(app.neon.roundTrips() - before).toBe(1)
})

test('when memory is no longer fresh, Upstash answers and the database is not asked', async () => {
  await create({ enabled: false })
  await app.send('PATCH', `${FLAGS}/${name}`, { enabled: true })
  await pastDrop()
  await evaluate()
  await app.settle()
  const before = app.neon.roundTrips()
  elapse(3000)
  expect(await evaluated()).toMatchObject({ value: true })
  expect(app.neon.roundTrips() - before).toBe(0)
})

/** A write keeps its key out of Upstash for half a minute; this is that time gone by. */
async function pastDrop() {
  const { url } = app.upstash
  const headers = { authorization: `Bearer ${app.env.UPSTASH_REDIS_REST_TOKEN}` }
  const response = await fetch(`${url}/del/acme:flags:production`, { headers })
  expect(await response.json()).toEqual({ result: 1 })
}

test('every write is seen by the next evaluation', async () => {
  expect((await evaluate()).status).toBe(404)
  await create()
  expect(await evaluated()).toMatchObject({ value: true })
  await app.send('PATCH', `${FLAGS}/${name}`, { defaultValue: false })
  expect(await evaluated()).toMatchObject({ value: false, variant: 'off' })
  await app.send('POST', `${FLAGS}/${name}/toggle`, {})
  expect(await evaluated()).toEqual({ key: name, reason: 'DISABLED' })
  await app.send('DELETE', `${FLAGS}/${name}`)
  expect((await evaluate()).status).toBe(404)
})

test('a number need not be whole', async () => {
  expect((await create({ type: 'number', defaultValue: 0.5 })).status).toBe(201)
  expect((await app.send('PATCH', `${FLAGS}/${name}`, { defaultValue: 0.25 })).status).toBe(200)
  expect(await evaluated()).toMatchObject({ value: 0.25 })
})

test('with the database down, a flag evaluated before is still answered, for a day', async () => {
  await create()
  await evaluate()
  await app.settle()
  app.neon.setUp(false)
  const hour = 60 * 60 * 1000
  elapse(23 * hour)
  expect(await evaluated(name, { expires: '30h' })).toMatchObject({ value: true, reason: 'STATIC' })
  elapse(2 * hour)
  const late = await evaluate(name, { expires: '30h' })
  expect(late.status).toBe(503)
  expect(late.headers.get('retry-after')).toBe('5')
  expect(await late.json()).toMatchObject({ key: name, errorCode: 'GENERAL' })
})

test('with the database down, administration says when to come back', async () => {
  app.neon.setUp(false)
  const response = await create()
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await response.json()).toMatchObject({ code: 'dependency_down' })
})

test('with Upstash down, nothing fails', async () => {
  app.upstash.setUp(false)
  expect((await create()).status).toBe(201)
  expect(await evaluated()).toMatchObject({ value: true })
  expect((await app.send('POST', `${FLAGS}/${name}/toggle`, {})).status).toBe(200)
  expect(await evaluated()).toMatchObject({ reason: 'DISABLED' })
  expect((await app.send('DELETE', `${FLAGS}/${name}`)).status).toBe(204)
})

test('the tenant filter stands by itself, with row-level security switched off', async () => {
  await create()
  const owner = connect(app.database.owner)
  await owner.query('alter table feature_flags disable row level security')
  try {
    const who = { tenant: 'globex' }
    expect((await app.send('GET', `${FLAGS}/${name}`, undefined, who)).status).toBe(404)
    expect((await app.send('DELETE', `${FLAGS}/${name}`, undefined, who)).status).toBe(404)
    const patch = await app.send('PATCH', `${FLAGS}/${name}`, { enabled: false }, who)
    expect(patch.status).toBe(404)
    const list = await app.send('GET', `${FLAGS}?limit=200`, undefined, who)
    expect(JSON.stringify(await list.json())).not.toContain(`"${name}"`)
  } finally {
    await owner.query('alter table feature_flags enable row level security')
  }
})
