import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Feedback, FeedbackPage } from '../../workers/knowledge/feedback-schemas.ts'
import { sweepDocuments } from '../../workers/knowledge/schedule.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { ask, asOwner, learn } from './knowledge-harness.ts'

let app: TestApp
let documentId: string
beforeAll(async () => {
  app = await startApp()
  await asOwner(
    app,
    `insert into users values ('acme', 'ada', 'ada@example.com', 'Ada', 'owner', now())`,
  )
  documentId = await learn(app, 'tea.md', '# Tea\n\nGreen tea is brewed at 80 degrees.')
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const QUESTION = 'How hot is green tea brewed?'
const KEY: Who = { scopes: ['rag.query'], subject: 'key_123456789' }

async function answered(question = QUESTION, who?: Who) {
  const answer = await ask(app, question, who)
  await app.settle()
  return answer
}
const rate = (id: string, body: unknown, who?: Who) =>
  app.send('PUT', `/api/answers/${id}/feedback`, body, who)
const list = async (query = '', who?: Who) =>
  (await app.send('GET', `/api/admin/kb/feedback${query}`, undefined, who)).json<FeedbackPage>()
const satisfaction = async () => {
  await app.settle()
  return app.metrics.count('voiceassist_rag_query_satisfaction_score')
}

test('a rating is tied to the question, the chunks and the version, and the last one holds', async () => {
  const { answerId, kbVersions } = await answered()
  expect(kbVersions).toEqual({ default: 1 })
  const first = await (await rate(answerId, { rating: 2, reason: ' vague ' })).json<Feedback>()
  expect(first).toMatchObject({
    answerId,
    rating: 2,
    reason: 'vague',
    question: QUESTION,
    abstained: false,
    kbVersions: { default: 1 },
    chunks: [{ documentId, ordinal: 0, cited: true }],
  })
  const before = await satisfaction()
  expect(await (await rate(answerId, { rating: 5 })).json()).toMatchObject({
    rating: 5,
    reason: '',
  })
  expect(await satisfaction()).toBe(before)
  const { items } = await list()
  expect(items.filter((item) => item.answerId === answerId)).toEqual([
    expect.objectContaining({ rating: 5, reason: '' }),
  ])
})

test('an answer that is given again, and one that abstains, can be rated too', async () => {
  const again = await answered()
  expect(again.cached).toBe(true)
  expect(await (await rate(again.answerId, { rating: 3 })).json()).toMatchObject({
    chunks: [{ documentId, ordinal: 0, cited: true }],
  })
  const none = await answered('Who won the cup final in Lisbon?')
  const rated = await (await rate(none.answerId, { rating: 0, reason: 'It is there' })).json()
  expect(rated).toMatchObject({ abstained: true, chunks: [], rating: 0 })
})

test('lists can be read page by page, and by rating', async () => {
  const all = await list()
  expect(all.items.map(({ rating }) => rating)).toEqual([0, 3, 5])
  const [low, high] = [await list('?maxRating=0'), await list('?minRating=4')]
  expect([low.items.length, high.items.length]).toEqual([1, 1])
  const first = await list('?limit=2')
  const rest = await list(`?limit=2&cursor=${first.nextCursor}`)
  expect([...first.items, ...rest.items]).toEqual(all.items)
  expect(rest.nextCursor).toBeNull()
})

test('nobody rates what another was answered, not in the same tenant either', async () => {
  const { answerId } = await answered()
  const strangers: Who[] = [{ subject: 'bob' }, KEY, { tenant: 'globex' }]
  for (const who of strangers) expect((await rate(answerId, { rating: 0 }, who)).status).toBe(404)
  const key = await answered(QUESTION, KEY)
  expect((await rate(key.answerId, { rating: 4 }, KEY)).status).toBe(200)
  expect((await rate(key.answerId, { rating: 4 })).status).toBe(404)
  expect((await list('', { tenant: 'globex' })).items).toEqual([])
  const asked = await app.send('GET', '/api/admin/kb/feedback', undefined, { role: 'user' })
  expect(asked.status).toBe(403)
})

test.each([
  [{ rating: 6 }, '/rating'],
  [{ rating: -1 }, '/rating'],
  [{ rating: 2.5 }, '/rating'],
  [{ rating: '4' }, '/rating'],
  [{}, '/rating'],
  [{ rating: 4, reason: 'x'.repeat(2001) }, '/reason'],
  [{ rating: 4, tenantId: 'globex' }, '/tenantId'],
])('%j is refused by name', async (body, pointer) => {
  const answer = await rate(crypto.randomUUID(), body)
  expect(answer.status).toBe(422)
  const { errors } = await answer.json<{ errors: object[] }>()
  expect(errors).toContainEqual(expect.objectContaining({ pointer }))
})

test('after 90 days it is forgotten what was asked', async () => {
  const { answerId } = await answered()
  await asOwner(
    app,
    `update kb_answers set created_at = now() - interval '91 days' where id = $1`,
    answerId,
  )
  const log = { info() {}, warn() {}, error() {} }
  await sweepDocuments({ env: app.env, now: () => new Date(), log } as never)
  expect((await rate(answerId, { rating: 4 })).status).toBe(404)
  expect((await list()).items.length).toBeGreaterThan(0)
})
