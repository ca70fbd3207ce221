/** Flags that could go: seen or not, changed or not, and where code names them. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
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
const REFERENCES = '/api/admin/flag-references'
const jsonOf = async (answer: Response | Promise<Response>) => Object(await (await answer).json())
const pass = (days: number) =>
  vi.useFakeTimers({ now: Date.now() + days * 86_400_000, toFake: ['Date'] })
const evaluate = async (name: string, who = {}) => {
  await app.send(
    'POST',
    `/ofrep/v1/evaluate/flags/${name}`,
    { context: { targetingKey: 'u' } },
    who,
  )
  await count()
}
/** What isolates have counted is added up. */
async function count() {
  await app.settle()
  await deliver(app, app.exposed.splice(0), { queue: 'exposures' })
}
const staleOf = async (who = {}) => {
  const report = await jsonOf(app.send('GET', '/api/admin/flag-stale?days=30', undefined, who))
  return report.items.map(({ flag, reasons }: { flag: string; reasons: string[] }) => [
    flag,
    reasons,
  ])
}

test('a flag nobody asks for is reported, one that is asked for is not', async () => {
  for (const name of ['used', 'idle']) await app.send('POST', FLAGS, { name, enabled: true })
  await evaluate('used')
  await app.settle()
  expect(await staleOf()).toEqual([])
  pass(31)
  for (const _ of [1, 2, 3]) await evaluate('used')
  await app.settle()
  expect(await staleOf()).toEqual([
    ['idle', ['unseen', 'unchanged']],
    ['used', ['unchanged']],
  ])
  const report = await jsonOf(app.send('GET', '/api/admin/flag-stale'))
  expect(report.items[1]).toMatchObject({
    flag: 'used',
    seenOn: new Date().toISOString().slice(0, 10),
    variants: ['on'],
    references: [],
  })
  expect(await staleOf({ tenant: 'globex' })).toEqual([])
})

const scan = (references: object[], repository = 'shop/web') =>
  app.send('PUT', REFERENCES, { repository, revision: 'abc123', references })

test('a scan replaces the one before of its repository, and the report says where', async () => {
  await app.send('POST', FLAGS, { name: 'named', enabled: true })
  await scan([{ flag: 'named', path: 'src/old.ts', line: 1 }])
  await scan([{ flag: 'named', path: 'go/main.go', line: 7 }], 'shop/api')
  const places = [3, 9].map((line) => ({ path: 'src/cart.ts', line }))
  const answer = await scan(places.map((place) => ({ flag: 'named', ...place })))
  expect(await jsonOf(answer)).toMatchObject({
    items: [{ flag: 'named', repository: 'shop/web', revision: 'abc123', places }],
  })
  pass(31)
  const report = await jsonOf(app.send('GET', '/api/admin/flag-stale'))
  const named = report.items.find(({ flag }: { flag: string }) => flag === 'named')
  expect(named.references.map(({ repository }: { repository: string }) => repository)).toEqual([
    'shop/api',
    'shop/web',
  ])
  await scan([])
  expect(await jsonOf(app.send('GET', `${REFERENCES}?repository=shop/web`))).toEqual({ items: [] })
  const elsewhere = await app.send('GET', REFERENCES, undefined, { tenant: 'globex' })
  expect(await jsonOf(elsewhere)).toEqual({ items: [] })
  const log = await jsonOf(app.send('GET', '/api/admin/audit?event=flag.references.set'))
  expect(log.items).toHaveLength(4)
})

test('a scan with a line that is none is refused there', async () => {
  const answer = await scan([{ flag: 'named', path: 'a.ts', line: 0 }])
  expect(answer.status).toBe(422)
  expect((await jsonOf(answer)).errors).toMatchObject([{ pointer: '/references/0/line' }])
})
