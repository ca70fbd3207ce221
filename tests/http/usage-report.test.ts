/** Reports of the ledger: filters, days, single answers, exports, and the view of the platform. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../shared/ids.ts'
import type {
  CallPage,
  ProviderCall,
  UsageDays,
  UsageReport,
} from '../../workers/usage/report-schemas.ts'
import type { UsageMessage } from '../../workers/usage/schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'
import { ask, deliver, learn } from './knowledge-harness.ts'

const BASE = '/api/admin/usage'
const NO_UNITS = { cachedInput: 0, audioInput: 0, audioOutput: 0, audioMs: 0, characters: 0 }

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
  await learn(app, 'tides.md', '# Tides\n\nHigh water comes twice a day.')
})
afterAll(() => app.close())
beforeEach(async () => {
  await app.settle()
  app.used.length = 0
})
afterEach(() => app.settle())

let minute = 0
const message = (fields: Partial<UsageMessage> = {}): UsageMessage => {
  const at = fields.at ?? new Date(Date.UTC(2026, 0, 5, 0, minute++)).toISOString()
  return {
    id: newId(new Date(at)),
    tenantId: 'acme',
    provider: 'p',
    model: 'm',
    purpose: 'answer',
    endpoint: 'e',
    userId: 'ada',
    keyId: null,
    subjectId: null,
    requestId: 'r',
    units: { input: 1, output: 2, ...NO_UNITS },
    microDollars: 1,
    priceVersion: 'v',
    estimated: false,
    ...fields,
    at,
  }
}
const put = (calls: readonly UsageMessage[]) => deliver(app, calls, { queue: 'usage' })

async function get<Body>(path: string, who?: Parameters<TestAssistant['send']>[3]): Promise<Body> {
  const response = await app.send('GET', `${BASE}${path}`, undefined, who)
  if (response.status !== 200) throw new Error(await response.text())
  return response.json<Body>()
}

test('filters narrow reports, days and lists down together', async () => {
  const on = (day: number, hour = 12) => new Date(Date.UTC(2025, 5, day, hour)).toISOString()
  await put([
    message({ at: on(1), model: 'a', purpose: 'speak', microDollars: 10 }),
    message({ at: on(1), model: 'b', userId: null, keyId: 'k', microDollars: 20 }),
    message({ at: on(3), model: 'a', subjectId: 'answer-1', microDollars: 40 }),
    message({ at: on(3, 13), model: 'a', subjectId: 'answer-1', microDollars: 80 }),
    message({ at: on(4), model: 'a', subjectId: 'answer-2', microDollars: 1000 }),
  ])
  const range = 'from=2025-06-01&to=2025-06-03'
  const cost = async (filter: string) => (await get<UsageReport>(`?${range}${filter}`)).microDollars
  expect(await cost('')).toBe(150)
  expect(await cost('&model=a')).toBe(130)
  expect(await cost('&purpose=speak')).toBe(10)
  expect(await cost('&key=k')).toBe(20)
  expect(await cost('&user=ada&model=b')).toBe(0)
  expect(await cost('&query=answer-1&endpoint=e')).toBe(120)

  const byQuery = await get<UsageReport>(`?${range}&by=query&user=ada`)
  expect(byQuery.items.map(({ key, microDollars }) => [key, microDollars])).toEqual([
    ['answer-1', 120],
    [null, 10],
  ])
  const byUser = await get<UsageReport>(`?${range}&by=user`)
  expect(byUser.items[0]).toMatchObject({ key: 'ada', label: 'Ada' })

  const days = await get<UsageDays>(`/days?${range}&by=model`)
  expect(days).toEqual({
    parts: [
      { key: 'a', label: null, isRest: false },
      { key: 'b', label: null, isRest: false },
    ],
    days: [
      { day: '2025-06-01', microDollars: [10, 20] },
      { day: '2025-06-03', microDollars: [120, 0] },
    ],
  })
  const calls = await get<CallPage>(`/calls?${range}&model=a`)
  expect(calls.items.map(({ microDollars }) => microDollars)).toEqual([80, 40, 10])
})

test('more than four groups of a chart are the dearest four and the rest', async () => {
  const at = '2025-07-01T12:00:00.000Z'
  const models = ['a', 'b', 'c', 'd', 'e', 'f']
  await put(models.map((model, n) => message({ at, model, microDollars: 10 * (n + 1) })))
  const { parts, days } = await get<UsageDays>('/days?from=2025-07-01&to=2025-07-01')
  expect(parts.map(({ key }) => key)).toEqual(['f', 'e', 'd', 'c', null])
  expect(parts.at(-1)?.isRest).toBe(true)
  expect(days).toEqual([{ day: '2025-07-01', microDollars: [60, 50, 40, 30, 30] }])
})

test('a list goes on behind its cursor, also among calls of one moment', async () => {
  const at = '2025-08-01T12:00:00.000Z'
  await put(Array.from({ length: 25 }, () => message({ at })))
  const seen: string[] = []
  let cursor: string | null = ''
  do {
    const behind = cursor && `&cursor=${cursor}`
    const page: CallPage = await get(`/calls?limit=10&from=2025-08-01&to=2025-08-01${behind}`)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor)
  expect(new Set(seen).size).toBe(25)
  expect(seen).toHaveLength(25)
})

test('all calls made for an answer and for a message are found by its id', async () => {
  const answer = await ask(app, 'How often does high water come?')
  const reply = await say(app, { message: 'Search the documents: how often is high water?' })
  await app.settle()
  await put(app.used.splice(0) as UsageMessage[])
  const costOf = async (id: string) => {
    const { items } = await get<CallPage>(`/calls?query=${id}`)
    expect(items.length).toBeGreaterThan(1)
    expect(items.every(({ subjectId }) => subjectId === id)).toBe(true)
    return items.reduce((sum, { microDollars }) => sum + microDollars, 0)
  }
  expect(await costOf(answer.answerId)).toBe(answer.costMicroDollars)
  expect(await costOf(reply.message_id)).toBe(reply.cost_micro_dollars)
})

test('an export has every row of its range once, oldest first, and no formula', async () => {
  const on = (n: number) => new Date(Date.UTC(2025, 8, 1, 0, 0, n >> 1)).toISOString()
  const calls = Array.from({ length: 1203 }, (_, n) => message({ at: on(n) }))
  calls.push(message({ at: on(2406), model: '=HYPERLINK("http://evil")', microDollars: 7 }))
  for (let from = 0; from < calls.length; from += 100) await put(calls.slice(from, from + 100))
  const trips = app.neon.roundTrips()
  const jsonl = await app.send('GET', `${BASE}/export?from=2025-09-01&to=2025-09-01`)
  expect(jsonl.headers.get('content-type')).toBe('application/x-ndjson')
  expect(jsonl.headers.get('content-disposition')).toContain('usage-2025-09-01-2025-09-01.jsonl')
  const rows: ProviderCall[] = (await jsonl.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  // Slices of 500 and no more: what is held does not grow with the range.
  expect(app.neon.roundTrips() - trips).toBe(3)
  expect(new Set(rows.map(({ id }) => id)).size).toBe(1204)
  const times = rows.map(({ at }) => at)
  expect(times).toEqual(times.toSorted())
  expect(rows.at(-1)).toMatchObject({ microDollars: 7, model: '=HYPERLINK("http://evil")' })
  expect(rows[0]).not.toHaveProperty('tenantId')

  const path = `${BASE}/export?format=csv&from=2025-09-01&to=2025-09-01&endpoint=e`
  const csv = await (await app.send('GET', path)).text()
  const [head, ...lines] = csv.trimEnd().split('\r\n')
  expect(head).toMatch(/^id,at,provider,model,/)
  expect(lines).toHaveLength(1204)
  expect(lines.at(-1)).toContain(`,"'=HYPERLINK(""http://evil"")",`)
  expect(lines[0]?.split(',')).toHaveLength(head?.split(',').length ?? 0)

  const other = { tenant: 'globex' }
  const theirs = await app.send('GET', path, undefined, other)
  expect((await theirs.text()).trimEnd().split('\r\n')).toHaveLength(1)
})

test('an export whose reader leaves reads no further, and is on record', async () => {
  await app.settle()
  app.audited.length = 0
  const response = await app.send('GET', `${BASE}/export?from=2025-09-01&to=2025-09-01&user=ada`)
  const trips = app.neon.roundTrips()
  const reader = response.body!.getReader()
  await reader.read()
  await reader.cancel()
  await app.settle()
  expect(app.neon.roundTrips() - trips).toBeLessThanOrEqual(2)
  expect(JSON.stringify(app.audited)).toContain('"usage.export"')
})

test('those who run the platform see what each tenant spent, others do not', async () => {
  const at = '2025-10-01T12:00:00.000Z'
  await put([
    message({ at, microDollars: 5 }),
    message({ at, tenantId: 'globex', userId: null, microDollars: 9 }),
  ])
  const range = 'from=2025-10-01&to=2025-10-01'
  const path = `/tenants?${range}`
  expect((await app.send('GET', `${BASE}${path}`)).status).toBe(403)
  const report = await get<UsageReport>(path, { runsPlatform: true })
  expect(report).toMatchObject({ microDollars: 14, calls: 2 })
  expect(report.items.map(({ key, microDollars }) => [key, microDollars])).toEqual([
    ['globex', 9],
    ['acme', 5],
  ])
})

test.each([
  ['/export?from=2026-01-02&to=2026-01-01', '/to'],
  ['/export?from=2024-01-01&to=2026-01-01', '/from'],
  ['/export?from=2026-01-01&to=2026-01-01&format=xml', '/format'],
  ['/days?from=2026-01-01&to=2026-01-01&by=day', '/by'],
  ['/calls?purpose=fun', '/purpose'],
  ['/calls?from=2026-01-02&to=2026-01-01', '/to'],
  ['/calls?cursor=x', '/cursor'],
])('%s names the field', async (path, pointer) => {
  const response = await app.send('GET', `${BASE}${path}`)
  expect(response.status).toBe(422)
  const { errors } = await response.json<{ errors: object[] }>()
  expect(errors).toContainEqual(expect.objectContaining({ pointer }))
})
