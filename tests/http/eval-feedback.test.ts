/** Cases of rated answers: the question and what it cited, in a set that is run like any other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EvalCase, EvalRun } from '../../workers/evals/schemas.ts'
import { bodyOf, type EvalApp, SETS, startEvals } from './evals-harness.ts'
import type { Who } from './harness.ts'
import { ask, asOwner, DOCUMENTS, learn } from './knowledge-harness.ts'

let app: EvalApp
beforeAll(async () => {
  app = await startEvals()
  await asOwner(
    app,
    `insert into users values ('acme', 'ada', 'ada@example.com', 'Ada', 'owner', now())`,
  )
})
afterAll(() => app?.close())

/** An answer to the question, rated. @returns its id */
async function rated(question: string, rating = 5, reason = ''): Promise<string> {
  const { answerId } = await ask(app, question)
  await app.settle()
  const path = `/api/answers/${answerId}/feedback`
  await bodyOf(await app.send('PUT', path, { rating, reason }))
  return answerId
}

const keep = (set: string, body: object, who?: Who) =>
  app.send('POST', `${SETS}/${set}/feedback-cases`, body, who)

const WATER = 'When is high water?'

test('a rated answer becomes a case with what it cited, and is run like any other', async () => {
  const { id } = await app.newSet()
  const answerId = await rated(WATER)
  const made = await bodyOf<EvalCase>(await keep(id, { answerId }), 201)
  expect(made).toMatchObject({
    key: answerId,
    question: WATER,
    judgements: [{ documentId: app.ids['tides.md'], grade: 1 }],
    source: 'feedback',
  })
  const again = await keep(id, { answerId })
  expect([again.status, (await again.json<{ detail: string }>()).detail]).toEqual([
    409,
    'There is a case of that key already.',
  ])
  const run = await bodyOf<EvalRun>(await app.send('POST', `${SETS}/${id}/runs`, {}), 202)
  await app.settle()
  const done = await app.send('GET', `/api/admin/kb/evals/runs/${run.id}`)
  expect(await done.json()).toMatchObject({ status: 'done', summary: { ndcg: 1, recall: 1 } })
})

test('who knows better says which documents are right; none means to abstain', async () => {
  const { id } = await app.newSet()
  const wrong = await rated('Who lights the blue lantern?', 1, 'That is another pier')
  const judgements = [{ documentId: app.ids['nets.md'] ?? '', grade: 3 }]
  const made = await bodyOf<EvalCase>(await keep(id, { answerId: wrong, judgements }), 201)
  expect(made.judgements).toEqual(judgements)
  const none = await rated('Which asteroid did Kowalczyk map?', 4)
  const abstained = await bodyOf<EvalCase>(await keep(id, { answerId: none }), 201)
  expect(abstained.judgements).toEqual([])
})

test('an answer is kept only in a set of a base it was asked of, by documents a run sees', async () => {
  const { id } = await app.newSet()
  const base = await bodyOf<{ id: string }>(
    await app.send('POST', '/api/admin/kb/bases', { name: 'Elsewhere' }),
    201,
  )
  const other = await bodyOf<{ id: string }>(
    await app.send('POST', SETS, { name: 'Elsewhere', kbId: base.id }),
    201,
  )
  const secret = await learn(app, 'vault.md', '# Vault\n\nThe vault of the guild opens at noon.')
  const answerId = await rated('When does the vault of the guild open?')
  expect((await keep(other.id, { answerId })).status).toBe(409)
  await bodyOf(await app.send('PATCH', `${DOCUMENTS}/${secret}`, { labels: { roles: ['owner'] } }))
  const hidden = await keep(id, { answerId })
  expect(hidden.status).toBe(409)
  const judgements = [
    { documentId: app.ids['tides.md'], grade: 1 },
    { documentId: secret, grade: 1 },
  ]
  const refused = await keep(id, { answerId, judgements })
  expect(refused.status).toBe(422)
  const { errors } = await refused.json<{ errors: { pointer: string }[] }>()
  expect(errors.map(({ pointer }) => pointer)).toEqual(['/judgements/1/documentId'])
})

test('nothing is kept of answers nobody rated, of another tenant, or by who may not write', async () => {
  const { id } = await app.newSet()
  const { answerId } = await ask(app, 'When are nets mended?')
  await app.settle()
  expect((await keep(id, { answerId })).status).toBe(404)
  const mine = await rated(WATER)
  expect((await keep(id, { answerId: mine }, { tenant: 'globex' })).status).toBe(404)
  expect((await keep(id, { answerId: mine }, { role: 'user' })).status).toBe(403)
  const [row] = await asOwner(
    app,
    `select count(*)::int as n from eval_cases where set_id = $1`,
    id,
  )
  expect(row).toEqual({ n: 0 })
})

test.each([
  [{}, '/answerId'],
  [{ answerId: 'x' }, '/answerId'],
  [
    { answerId: crypto.randomUUID(), judgements: [{ documentId: 'x', grade: 1 }] },
    '/judgements/0/documentId',
  ],
  [{ answerId: crypto.randomUUID(), source: 'hand' }, '/source'],
])('%j is refused by name', async (body, pointer) => {
  const { id } = await app.newSet()
  const answer = await keep(id, body)
  expect(answer.status).toBe(422)
  const { errors } = await answer.json<{ errors: object[] }>()
  expect(errors).toContainEqual(expect.objectContaining({ pointer }))
})

test('rated answers are found by what their reason says', async () => {
  await rated(WATER, 2, 'The page is OUTDATED, 100%')
  const found = async (reason: string) => {
    const path = `/api/admin/kb/feedback?${new URLSearchParams({ reason }).toString()}`
    return (await bodyOf<{ items: { reason: string }[] }>(await app.send('GET', path))).items
  }
  expect((await found('outdated, 100%')).map(({ reason }) => reason)).toEqual([
    'The page is OUTDATED, 100%',
  ])
  expect(await found('100_')).toEqual([])
})
