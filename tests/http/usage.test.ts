/** What provider calls cost: on the answer, through the queue, and in the ledger. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newId } from '../../shared/ids.ts'
import { converse } from '../../workers/assistant/service.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { sweepUsage } from '../../workers/usage/schedule.ts'
import type { UsageMessage } from '../../workers/usage/schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'
import { ask, deliver, learn } from './knowledge-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
  await learn(
    app,
    'tides.md',
    '# Tides\n\nHigh water comes twice a day, every 12 hours and 25 minutes.',
  )
})
afterAll(() => app.close())
afterEach(() => app.settle())
beforeEach(async () => {
  await app.settle()
  app.used.length = 0
})

const usedOf = async () => {
  await app.settle()
  return app.used.splice(0) as UsageMessage[]
}
const put = (bodies: readonly unknown[], queue = 'usage') => deliver(app, bodies, { queue })
const rows = async (tenant = 'acme') => {
  const results = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    app.sql.query('select * from usage_ledger where tenant_id = $1 order by id', [tenant]),
  ])
  return results[1] as Record<string, unknown>[]
}
const message = (fields: Partial<UsageMessage> = {}): UsageMessage => ({
  id: newId(new Date()),
  at: '2026-11-20T12:00:00.000Z',
  tenantId: 'acme',
  provider: 'p',
  model: 'm',
  purpose: 'answer',
  endpoint: 'e',
  userId: 'ada',
  keyId: null,
  subjectId: null,
  requestId: 'r',
  units: {
    input: 1,
    cachedInput: 0,
    output: 2,
    audioInput: 0,
    audioOutput: 0,
    audioMs: 0,
    characters: 0,
  },
  microDollars: 3,
  priceVersion: 'v',
  estimated: false,
  ...fields,
})

test('an answer says what it cost, which is the sum of its calls', async () => {
  const answer = await ask(app, 'How often does high water come?')
  const used = await usedOf()
  expect(used).toMatchObject([
    { model: 'va-lexical-1', purpose: 'embed_query', subjectId: answer.answerId, userId: 'ada' },
    { model: 'va-extractive-1', purpose: 'answer', subjectId: answer.answerId },
  ])
  for (const { endpoint, estimated, priceVersion } of used) {
    expect({ endpoint, estimated, priceVersion }).toEqual({
      endpoint: 'POST /api/ask',
      estimated: false,
      priceVersion: 'setting:2026-01-01',
    })
  }
  const { inputTokens, outputTokens } = answer.usage
  expect(used[1]?.units).toMatchObject({ input: inputTokens, output: outputTokens })
  expect(used[1]?.microDollars).toBe(Math.ceil((inputTokens + outputTokens * 8) / 4))
  expect(answer.costMicroDollars).toBe(used.reduce((sum, one) => sum + one.microDollars, 0))
  expect(answer.costMicroDollars).toBeGreaterThan(0)

  const again = await ask(app, 'How often does high water come?')
  expect(again).toMatchObject({ cached: true, costMicroDollars: 0 })
  expect(await usedOf()).toEqual([])
  const counted = app.metrics.count('voiceassist_openai_api_cost_dollars_total')
  expect(counted).toBeGreaterThanOrEqual(answer.costMicroDollars / 1e6)
})

test('a reply of the assistant counts its tools’ calls too, and is stored with its cost', async () => {
  const reply = await say(app, { message: 'How often does high water come? Search the documents.' })
  const used = await usedOf()
  expect(used.every(({ subjectId }) => subjectId === reply.message_id)).toBe(true)
  expect(used.filter(({ purpose }) => purpose === 'assist')).not.toHaveLength(0)
  const sum = used.reduce((total, one) => total + one.microDollars, 0)
  expect(reply.cost_micro_dollars).toBe(sum)
  const stored = await app.send('GET', `/api/conversations/${reply.session_id}/messages`)
  const { items } = await stored.json<{ items: { cost_micro_dollars: number }[] }>()
  expect(items.map(({ cost_micro_dollars }) => cost_micro_dollars)).toEqual([0, sum])
})

test('a try that failed costs nothing, and the one that succeeds is charged once', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const settings = { CHAT_MODEL: 'va-extractive-1:500-once' }
  await say(app, { message: 'hello' }, { settings })
  const used = await usedOf()
  quiet.mockRestore()
  expect(used.filter(({ purpose }) => purpose === 'assist')).toHaveLength(1)
  await say(app, { message: 'hello' }, { settings: { CHAT_MODEL: 'va-extractive-1:429' } }).catch(
    () => undefined,
  )
  expect(await usedOf()).toEqual([])
})

test('a reply that breaks off costs what was said, counted by us', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const settings = { CHAT_MODEL: 'va-extractive-1:cut' }
  await say(app, { message: 'hello there' }, { settings })
  quiet.mockRestore()
  const [used] = await usedOf()
  expect(used).toMatchObject({ estimated: true, purpose: 'assist' })
  expect(used?.units.input).toBeGreaterThan(0)
  expect(used?.units.output).toBeGreaterThan(0)
})

test('a spoken reply whose listener leaves in the middle costs what was said by then', async () => {
  const ctx = edgeContext(app.env, {
    tenantId: 'acme',
    actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
    requestId: 'left',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    waitUntil: (work) => app.execution.waitUntil(work),
  })
  const asked = {
    question: 'hello there',
    history: [],
    exchanges: [],
    tools: [],
    platformTools: [],
  }
  const ids = { searches: true, sessionId: 'call', turnId: 'call:1' }
  const manner = { ...ids, instructions: 'Be brief.', toolChoice: 'auto' as const }
  const reply = converse(ctx, { ...asked, ...manner }, new AbortController().signal)
  expect(await reply.next()).toMatchObject({ value: { type: 'delta' } })
  await reply[Symbol.asyncDispose]()
  const spoken = (await usedOf()).filter(({ purpose }) => purpose === 'assist')
  expect(spoken).toMatchObject([{ estimated: true, requestId: 'left' }])
})

test('a model without a price costs the highest one, and is counted', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  await say(app, { message: 'hello' }, { settings: { MODEL_PRICES: '', LOG_LEVEL: 'warn' } })
  const [used] = await usedOf()
  expect(JSON.stringify(quiet.mock.calls)).toContain('the model has no price')
  quiet.mockRestore()
  expect(used?.priceVersion).toMatch(/^highest:/)
  expect(app.metrics.count('voiceassist_unpriced_calls_total', 'va-extractive-1')).toBe(1)
})

test('a batch is written in one statement per tenant, and what comes twice once', async () => {
  const before = (await rows()).length
  const bodies = Array.from({ length: 50 }, () => message())
  bodies.push(message({ tenantId: 'globex', userId: null, keyId: 'k1' }))
  const trips = app.neon.roundTrips()
  const verdicts = await put([...bodies, bodies[0]])
  expect(app.neon.roundTrips() - trips).toBe(2)
  expect(new Set(verdicts.map(({ type }) => type))).toEqual(new Set(['ack']))
  await put(bodies)
  expect((await rows()).length).toBe(before + 50)
  expect((await rows('globex')).at(-1)).toMatchObject({ key_id: 'k1', user_id: null })
})

test('who has left is not named, and a tenant that is gone has no rows', async () => {
  const gone = message({ userId: 'nobody' })
  const verdicts = await put([gone, message({ tenantId: 'never-was' })])
  expect(verdicts).toEqual([{ type: 'ack' }, { type: 'ack' }])
  expect((await rows()).find(({ id }) => id === gone.id)).toMatchObject({ user_id: null })
})

test('a message that is no usage is dropped; one Postgres refuses comes back alone', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const bad = message({ at: '2026-11-20T12:00:00.000Z', model: 'poison' })
  await app.sql.transaction([
    app.sql.query(
      `alter table usage_ledger add constraint poison check (model <> 'poison') not valid`,
    ),
  ])
  const verdicts = await put([{}, { ...message(), more: 1 }, message(), bad, message()])
  await app.sql.transaction([app.sql.query('alter table usage_ledger drop constraint poison')])
  quiet.mockRestore()
  expect(verdicts.map(({ type }) => type)).toEqual(['ack', 'ack', 'ack', 'retry', 'ack'])
})

test('what the queue gives up on is logged whole', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const dead = message()
  expect(await put([dead], 'usage-dead')).toEqual([{ type: 'ack' }])
  expect(JSON.stringify(log.mock.calls)).toContain(dead.id)
  log.mockRestore()
})

test('rows go by their age', async () => {
  const old = message({ at: '2025-01-01T00:00:00.000Z' })
  await put([old, message()])
  const now = () => new Date('2026-11-26T12:00:00Z')
  await sweepUsage({ env: app.env, log: { info() {} } as never, now })
  const kept = await rows()
  expect(kept.some(({ id }) => id === old.id)).toBe(false)
  expect(kept.length).toBeGreaterThan(0)
})
