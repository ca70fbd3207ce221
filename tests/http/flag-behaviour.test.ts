/** The platform's own flags: each is flipped over the admin API, and what it names behaves otherwise. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { createLog } from '../../shared/log.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { flagsOf } from '../../workers/flags/client-service.ts'
import type { Submitted } from '../../workers/knowledge/schemas.ts'
import { answerQuestion, searchKnowledge } from '../../workers/knowledge/service.ts'
import { withBill } from '../../workers/usage/service.ts'
import { cascade } from '../../workers/voice/perform.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, drain, learn, upload } from './knowledge-harness.ts'

let app: TestApp
let tenants = 0
let who: { tenant: string }

beforeAll(async () => void (app = await startApp()))
beforeEach(async () => {
  who = { tenant: `flags-${++tenants}` }
  const sql = connect(app.database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [who.tenant]),
    sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [who.tenant]),
  ])
})
afterEach(async () => {
  app.neon.setUp(true)
  app.upstash.setUp(true)
  await app.settle()
})
afterAll(() => app.close())

async function flip(flag: string, defaultValue: unknown) {
  const path = `/api/admin/feature-flags/${flag}`
  const response = await app.send('PATCH', path, { defaultValue }, who)
  expect([response.status, await response.json()]).toMatchObject([200, { defaultValue }])
}

const context = (tenantId = who.tenant) =>
  edgeContext(app.env, {
    tenantId,
    actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
    requestId: 'test',
    traceparent: '',
    waitUntil: (work) => app.execution.waitUntil(work),
  })

/** The titles of the sources a model is shown for a question. */
async function shown(question: string): Promise<string[]> {
  const signal = AbortSignal.timeout(10_000)
  const { sources } = await searchKnowledge(context(), { question }, signal)
  return sources.map(({ title }) => title)
}

const FILLER = Array.from({ length: 14 }, (_, at) => `word${at}`).join(' ')

test('rag_max_results: how many sources the model is shown', async () => {
  for (const name of ['one', 'two', 'three'])
    await learn(app, `${name}.txt`, `A valve, ${name}.`, who)
  expect(await shown('valve')).toHaveLength(3)
  await flip('rag_max_results', 2)
  expect(await shown('valve')).toHaveLength(2)
})

test('rag_score_threshold: how near a source must be', async () => {
  await learn(app, 'valve.txt', 'The valve opens at 6 bar.', who)
  const question = 'When does the valve open, and what is the price of a turbine?'
  expect(await shown(question)).toEqual(['valve'])
  await flip('rag_score_threshold', 0.9)
  expect((await ask(app, question, who)).abstained).toBe(true)
})

test('rag_strategy: both arms alike, or a second search with what the first found', async () => {
  await flip('rag_max_results', 2)
  await learn(app, 'both.txt', `turbine gasket ${FILLER}`, who)
  await learn(app, 'turbine.txt', 'turbine oil', who)
  await learn(app, 'gasket.txt', 'gasket box', who)
  await learn(app, 'filler.txt', FILLER, who)
  const question = 'turbine gasket'
  const simple = await shown(question)
  expect(simple[0]).toBe('both')
  await flip('rag_strategy', 'hybrid')
  const hybrid = await shown(question)
  expect(hybrid).not.toEqual(simple)
  await flip('rag_strategy', 'multi_hop')
  const hops = await shown(question)
  expect(hops).toContain('filler')
  expect([...simple, ...hybrid]).not.toContain('filler')
})

test('cache_enabled: whether an answer is kept for the next asker', async () => {
  await learn(app, 'valve.txt', 'The valve opens at 6 bar.', who)
  const question = 'When does the valve open?'
  await ask(app, question, who)
  expect(await ask(app, question, who)).toMatchObject({ cached: true })
  await flip('cache_enabled', false)
  expect(await ask(app, question, who)).toMatchObject({ cached: false })
  expect(await ask(app, question, who)).toMatchObject({ cached: false })
})

test('beta_features: relevance feedback, unless its own flag says otherwise', async () => {
  await learn(app, 'one.txt', 'The otter eats crayfish and eel. Crayfish and eel.', who)
  await learn(app, 'two.txt', 'Crayfish and eel are rare this year.', who)
  await learn(app, 'three.txt', 'The minister opened a bridge.', who)
  const byWords = async () => {
    const response = await app.send('POST', '/api/search', { query: 'otter' }, who)
    const { hits } = await response.json<{ hits: { title: string; lexicalRank: unknown }[] }>()
    return hits.flatMap(({ title, lexicalRank }) => (lexicalRank ? [title] : []))
  }
  expect(await byWords()).toEqual(['one'])
  await flip('beta_features', true)
  expect(await byWords()).toEqual(['one', 'two'])
  const own = { name: 'rag_relevance_feedback', enabled: true, defaultValue: false }
  expect((await app.send('POST', '/api/admin/feature-flags', own, who)).status).toBe(201)
  expect(await byWords()).toEqual(['one'])
})

test('logging_verbose: the log says how an answer came about, and not what it says', async () => {
  await learn(app, 'valve.txt', 'The valve opens at 6 bar.', who)
  const lines: string[] = []
  const log = createLog({ level: 'info', write: (line) => lines.push(line) })
  const question = 'When does the valve open?'
  const logged = async () => {
    lines.length = 0
    const signal = AbortSignal.timeout(10_000)
    await Array.fromAsync(answerQuestion({ ...context(), log }, { question }, signal))
    return lines.map((line) => Object(JSON.parse(line))).filter(isAnswer)
  }
  const isAnswer = ({ message }: { message: string }) => message === 'answered'
  expect(await logged()).toEqual([])
  await flip('logging_verbose', true)
  expect(await logged()).toMatchObject([{ cached: true, strategy: 'simple', sources: 1 }])
  await flip('cache_enabled', false)
  expect(await logged()).toMatchObject([{ cached: false, abstained: false, sources: 1 }])
  expect(lines.join()).not.toMatch(/valve/)
})

test('openai_enabled: nothing asks a language model', async () => {
  await learn(app, 'valve.txt', 'The valve opens at 6 bar.', who)
  await flip('openai_enabled', false)
  const before = app.openAi.requests().length
  for (const [path, body] of [
    ['/api/ask', { question: 'When does the valve open?' }],
    ['/api/assistant/messages', { message: 'When does the valve open?' }],
  ] as const) {
    const refused = await app.send('POST', path, body, who)
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'dependency_down' }])
  }
  const effect = { type: 'speak', turn: 1, clause: 0, text: 'Hello.', voice: 'alloy' }
  const ctx = withBill(context(), 'call')
  const spoken = cascade.perform(ctx, effect as never, new Int16Array(), AbortSignal.timeout(1000))
  await expect(spoken.next()).rejects.toMatchObject({ code: 'dependency_down' })
  expect(app.openAi.requests()).toHaveLength(before)
  await flip('openai_enabled', true)
  expect(await ask(app, 'When does the valve open?', who)).toMatchObject({ abstained: false })
})

test('async_indexing: whether an upload waits for its document', async () => {
  expect((await upload(app, 'later.txt', 'Indexed later.', who)).status).toBe(202)
  await drain(app)
  await flip('async_indexing', false)
  const uploading = upload(app, 'now.txt', 'Indexed now.', who)
  await expect.poll(() => app.queued.length).toBe(1)
  await drain(app)
  const response = await uploading
  expect([response.status, await response.json<Submitted>()]).toMatchObject([
    201,
    { document: { status: 'ready' }, job: { status: 'ready' } },
  ])
})

test('a client says what came of each flag, and never throws', async () => {
  const flags = await flagsOf(context())
  expect(flags.getNumberDetails('rag_max_results', 3)).toMatchObject({ value: 5, reason: 'STATIC' })
  expect(flags.getBooleanDetails('rag_max_results', true)).toMatchObject({
    value: true,
    errorCode: 'TYPE_MISMATCH',
  })
  expect(flags.getStringDetails('nobody_made_it', 'x')).toMatchObject({
    value: 'x',
    errorCode: 'FLAG_NOT_FOUND',
  })
  app.neon.setUp(false)
  app.upstash.setUp(false)
  const none = await flagsOf(context('flags-nowhere'))
  expect(none.getBooleanDetails('cache_enabled', true)).toMatchObject({
    value: true,
    errorCode: 'PROVIDER_NOT_READY',
  })
})

test('a rollout of such a flag draws by who asks, and memory is asked once it knows', async () => {
  const rule = { type: 'force', id: 'ada', condition: { id: 'ada' }, value: 9 }
  const environments = { production: { rules: [rule] } }
  await app.send('PATCH', '/api/admin/feature-flags/rag_max_results', { environments }, who)
  await flagsOf(context())
  const before = app.neon.roundTrips()
  const flags = await flagsOf(context())
  expect(flags.getNumberValue('rag_max_results', 5)).toBe(9)
  expect(app.neon.roundTrips()).toBe(before)
})
