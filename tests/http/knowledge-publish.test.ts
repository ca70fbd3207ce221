/** Drafts, and the gate that has to be met before one is asked: measured, or passed for a reason on record. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { GateState } from '../../workers/evals/publish-schemas.ts'
import type { EvalRun } from '../../workers/evals/schemas.ts'
import type { Base } from '../../workers/knowledge/base-schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { bodyOf, lines, SETS } from './evals-harness.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { ask, asOwner, DOCUMENTS, drain, insertLetter, learn, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const BASES = '/api/admin/kb/bases'
const LETTERS = '/api/admin/kb/dead-letters'
const READER: Who = { subject: 'rita', role: 'user' }
const QUESTION = 'Who lights the blue lantern of the pier?'

let made = 0
async function makeDraft(text = 'The blue lantern of the pier is lit by the harbour master.') {
  made += 1
  const name = `Draft ${made}`
  const { id } = await bodyOf<Base>(await app.send('POST', BASES, { name, draft: true }), 201)
  const documentId = await learn(app, `pier ${made}.txt`, `${text} Edition ${made}.`, {}, id)
  return { id, documentId }
}

/** A set of one question about the draft, run once. */
async function measure({ id, documentId }: { id: string; documentId: string }, run: object = {}) {
  const name = `Set of ${id}`
  const set = await bodyOf<{ id: string }>(await app.send('POST', SETS, { name, kbId: id }), 201)
  const text = lines({ id: 'q', text: QUESTION }, { q: 'q', d: documentId, r: 1 })
  await bodyOf(await app.send('POST', `${SETS}/${set.id}/import`, text))
  await runOf(set.id, run)
  return set.id
}

async function runOf(setId: string, run: object = {}) {
  const begun = await bodyOf<EvalRun>(await app.send('POST', `${SETS}/${setId}/runs`, run), 202)
  await app.settle()
  const path = `/api/admin/kb/evals/runs/${begun.id}`
  expect(await bodyOf<EvalRun>(await app.send('GET', path))).toMatchObject({ status: 'done' })
}

const gate = (id: string, body: object) => app.send('PUT', `${BASES}/${id}/gate`, body)
const state = async (id: string) => bodyOf<GateState>(await app.send('GET', `${BASES}/${id}/gate`))
const publish = (id: string, body: object = {}, who?: Who) =>
  app.send('POST', `${BASES}/${id}/publish`, body, who)

const search = (body: object, who?: Who) => app.send('POST', '/api/search', body, who)
const basesFound = async (who?: Who) => {
  const { hits } = await bodyOf<SearchResult>(await search({ query: QUESTION, k: 50 }, who))
  return new Set(hits.map(({ kb }) => kb))
}

test('a draft is asked by name by who may change it, and by nobody else, until it is published', async () => {
  const { id } = await makeDraft()
  expect(await basesFound()).not.toContain(id)
  expect(await ask(app, QUESTION, READER)).toMatchObject({ abstained: true })
  const named = await bodyOf<SearchResult>(await search({ query: QUESTION, kbs: [id] }))
  expect(named.hits).toHaveLength(1)
  const refused = await search({ query: QUESTION, kbs: [id] }, READER)
  expect(refused.status).toBe(422)
  const { errors } = await refused.json<{ errors: { pointer: string }[] }>()
  expect(errors.map(({ pointer }) => pointer)).toEqual(['/kbs/0'])

  const published = await bodyOf<Base>(await publish(id))
  expect(published).toMatchObject({ draft: false, publishedVersion: 1 })
  expect(await basesFound(READER)).toContain(id)
  expect((await ask(app, QUESTION, READER)).text).toContain('harbour master')
  // Taken back, it is gone with the very next question.
  expect(
    await bodyOf<Base>(await app.send('PATCH', `${BASES}/${id}`, { draft: true })),
  ).toMatchObject({
    draft: true,
    publishedVersion: 1,
  })
  expect(await basesFound(READER)).not.toContain(id)
  expect(await ask(app, QUESTION, READER)).toMatchObject({ abstained: true })
})

test('with a gate only what was measured well enough at this version is published', async () => {
  const draft = await makeDraft()
  const setId = await measure(draft, { arm: 'words' })
  const asked = await bodyOf<GateState>(await gate(draft.id, { setId, least: { ndcg: 0.9 } }))
  // Words alone are not what people get.
  expect(asked).toMatchObject({ version: 1, runId: null, isMet: false })
  const unmeasured = await publish(draft.id)
  expect(unmeasured.status).toBe(409)
  expect((await unmeasured.json<{ detail: string }>()).detail).toContain('at version 1')

  await runOf(setId)
  expect(await state(draft.id)).toMatchObject({ isMet: true, missed: [] })
  await learn(app, `more ${made}.txt`, 'Something else entirely.', {}, draft.id)
  expect(await state(draft.id)).toMatchObject({ version: 2, runId: null, isMet: false })
  expect((await publish(draft.id)).status).toBe(409)
  await runOf(setId)
  expect(await bodyOf<Base>(await publish(draft.id))).toMatchObject({ publishedVersion: 2 })
})

test('a gate that is missed says by how much, and is passed only for a reason, which is on record', async () => {
  const draft = await makeDraft()
  const setId = await measure(draft)
  const least = { ndcg: 0.5, abstainedRightly: 0.9 }
  await bodyOf(await gate(draft.id, { setId, least }))
  expect((await state(draft.id)).missed).toEqual([
    { measure: 'abstainedRightly', least: 0.9, got: null },
  ])
  const missed = await publish(draft.id)
  expect(missed.status).toBe(409)
  expect((await missed.json<{ detail: string }>()).detail).toContain('abstainedRightly')
  expect((await publish(draft.id, { override: { reason: ' ' } })).status).toBe(422)
  expect(await basesFound(READER)).not.toContain(draft.id)
  const override = { reason: 'The old one is wrong about doses' }
  expect(await bodyOf<Base>(await publish(draft.id, { override }))).toMatchObject({ draft: false })
  const [entry] = await asOwner(
    app,
    `select body from audit_log where event = 'kb.publish' and resource = $1`,
    `kb:${draft.id}`,
  )
  expect(JSON.parse(String(Object(entry).body))).toMatchObject({
    reason: override.reason,
    facts: { version: 1, missed: 1 },
  })
})

test('one replaces another in one step; the default one and itself it does not', async () => {
  const [old, next] = [await makeDraft(), await makeDraft()]
  await bodyOf(await publish(old.id))
  const gone = await publish(next.id, { replaces: crypto.randomUUID() })
  expect(gone.status).toBe(404)
  expect((await publish(next.id, { replaces: 'default' })).status).toBe(409)
  expect((await publish(next.id, { replaces: next.id })).status).toBe(409)
  expect(await basesFound(READER)).not.toContain(next.id)
  await bodyOf(await publish(next.id, { replaces: old.id }))
  const found = await basesFound(READER)
  expect([found.has(next.id), found.has(old.id)]).toEqual([true, false])
})

test('a gate asks a set of its own base, of readers nothing, and can be taken away', async () => {
  const [one, two] = [await makeDraft(), await makeDraft()]
  const setId = await measure(two)
  const foreign = await gate(one.id, { setId, least: { ndcg: 0.5 } })
  expect(foreign.status).toBe(422)
  await bodyOf(await gate(two.id, { setId, least: { recall: 1, ndcg: 1 } }))
  expect(await state(two.id)).toMatchObject({ isMet: true, gate: { setId } })
  // The set is gone: nothing can be measured any more.
  await app.send('DELETE', `${SETS}/${setId}`)
  expect(await state(two.id)).toMatchObject({ isMet: false, runId: null })
  expect((await app.send('DELETE', `${BASES}/${two.id}/gate`)).status).toBe(204)
  expect(await state(two.id)).toMatchObject({ gate: null, isMet: true })
  expect((await publish(two.id, {}, READER)).status).toBe(403)
  expect((await app.send('PATCH', `${BASES}/default`, { draft: true })).status).toBe(409)
})

test('a closed base takes nothing while it is asked; a draft of it does, and takes its place', async () => {
  const old = await makeDraft()
  const setId = await measure(old)
  await bodyOf(await gate(old.id, { setId, least: { ndcg: 0.5 }, closed: true }))
  const late = await upload(app, 'late.txt', 'The lantern is green.', {}, old.id)
  expect(late.status).toBe(202)
  await runOf(setId)
  const early = await publish(old.id)
  expect(early.status).toBe(409)
  expect((await early.json<{ detail: string }>()).detail).toContain('on their way')
  await drain(app)
  await runOf(setId)
  await bodyOf(await publish(old.id))

  const stored = async () => (await app.env.FILES.list()).objects.length
  const before = await stored()
  const refused = await upload(app, 'more.txt', 'The lantern is red.', {}, old.id)
  expect(refused.status).toBe(409)
  expect((await refused.json<{ detail: string }>()).detail).toContain('Change a draft')
  await app.settle()
  expect(await stored()).toBe(before)
  const path = `${DOCUMENTS}/${old.documentId}`
  for (const what of ['retry', 'reindex'])
    expect((await app.send('POST', `${path}/${what}`)).status).toBe(409)
  const letter = await insertLetter(connect(app.database.owner), 'acme', old.documentId)
  expect((await app.send('POST', `${LETTERS}/${letter}/replay`)).status).toBe(409)
  expect(app.queued).toEqual([])
  expect(await state(old.id)).toMatchObject({ isMet: true })

  const next = await makeDraft('The blue lantern of the pier is lit by the harbour master. Or red.')
  await bodyOf(await publish(next.id, { replaces: old.id }))
  expect((await app.send('POST', `${path}/reindex`)).status).toBe(202)
  await drain(app)
  await bodyOf(await publish(old.id, { override: { reason: 'Needed again' } }))
  // What is wrong goes at once, closed or not.
  expect((await app.send('DELETE', path)).status).toBe(204)
})

test('failed documents of a closed base are not begun again, and the default one stays open', async () => {
  const draft = await makeDraft()
  const setId = await measure(draft)
  const failed = await learn(app, 'hollow.txt', '   ', {}, draft.id)
  expect(await (await app.send('GET', `${DOCUMENTS}/${failed}`)).json()).toMatchObject({
    status: 'failed',
  })
  await bodyOf(await gate(draft.id, { setId, least: { ndcg: 0.1 }, closed: true }))
  await bodyOf(await publish(draft.id, { override: { reason: 'As it is' } }))
  const again = await app.send('POST', '/api/admin/kb/failed-documents/retry')
  expect(await again.json()).toEqual({ retried: 0, hasMore: false })
  const asked = { name: 'Of the default', kbId: 'default' }
  const set = await bodyOf<{ id: string }>(await app.send('POST', SETS, asked), 201)
  const closing = { setId: set.id, least: { ndcg: 0.1 }, closed: true }
  expect((await gate('default', closing)).status).toBe(409)
  await bodyOf(await gate('default', { ...closing, closed: false }))
})

test.each([
  ['PUT', 'gate', {}, '/setId'],
  ['PUT', 'gate', { setId: crypto.randomUUID(), least: {} }, '/least'],
  ['PUT', 'gate', { setId: crypto.randomUUID(), least: { ndcg: 2 } }, '/least/ndcg'],
  ['PUT', 'gate', { setId: crypto.randomUUID(), least: { mrr: 1 } }, '/least/mrr'],
  ['POST', 'publish', { override: {} }, '/override/reason'],
  ['POST', 'publish', { replaces: 'A B' }, '/replaces'],
  ['PATCH', '', { draft: false }, '/draft'],
] as const)('%s %s of %j is refused by name', async (method, what, body, pointer) => {
  const { id } = await makeDraft()
  const answer = await app.send(method, `${BASES}/${id}${what && `/${what}`}`, body)
  expect(answer.status).toBe(422)
  const { errors } = await answer.json<{ errors: object[] }>()
  expect(errors).toContainEqual(expect.objectContaining({ pointer }))
})
