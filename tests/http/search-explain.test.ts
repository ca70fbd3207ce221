/** Why something is not found: each reason there is, told to nobody who may not know. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Explained } from '../../workers/knowledge/explain-schemas.ts'
import { bodyOf, type EvalApp, startEvals } from './evals-harness.ts'
import { asOwner, drain, upload } from './knowledge-harness.ts'

let app: EvalApp
beforeAll(async () => {
  app = await startEvals()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const explain = async (body: object, who?: object) =>
  bodyOf<Explained>(
    await app.send('POST', '/api/search/explain', { query: 'When is high water?', ...body }, who),
  )

test('what is found has its rank and its scores', async () => {
  const documentId = app.ids['tides.md']
  const explained = await explain({ documentId })
  expect(explained).toMatchObject({ reason: 'found', rank: 1, arm: 50, duplicateOf: null })
  expect(explained.chunk).toMatchObject({ documentId, lexicalRank: 1 })
})

test('what is found too far below says at which rank', async () => {
  const explained = await explain({ documentId: app.ids['nets.md'], k: 1 })
  expect(explained).toMatchObject({ reason: 'below', k: 1 })
  expect(explained.rank).toBeGreaterThan(1)
})

test('what no way of searching has among its best says where it would stand', async () => {
  const text = Array.from({ length: 60 }, (_, at) => `High water ${at}. `.repeat(80)).join('\n\n')
  await upload(app, 'many.md', text)
  await drain(app)
  const explained = await explain({ documentId: app.ids['lamps.md'] })
  expect(explained).toMatchObject({ reason: 'arms', rank: null })
  expect(explained.chunk?.vectorRank).toBeGreaterThan(50)
  expect(explained.chunk?.lexicalRank).toBeNull()
})

test('what is in another knowledge base, not ready, or no chunk, says so', async () => {
  const made = await app.send('POST', '/api/admin/kb/bases', { name: 'Other' })
  const { id } = await bodyOf<{ id: string }>(made, 201)
  const documentId = app.ids['tides.md']
  expect(await explain({ documentId, kbs: [id] })).toMatchObject({ reason: 'base' })
  expect(await explain({ documentId, ordinal: 9 })).toMatchObject({ reason: 'noChunk' })
  const late = await bodyOf<{ document: { id: string } }>(await upload(app, 'l.md', '# Late'), 202)
  expect(await explain({ documentId: late.document.id })).toMatchObject({ reason: 'notReady' })
})

test('a document of others, or one this caller may not see, is as one that is not there', async () => {
  const documentId = app.ids['nets.md']
  const missing = { reason: 'missing', rank: null, chunk: null, duplicateOf: null }
  expect(await explain({ documentId: crypto.randomUUID() })).toMatchObject(missing)
  expect(await explain({ documentId }, { tenant: 'globex' })).toMatchObject(missing)
  await asOwner(app, `update kb_documents set acl = '{user:grace}' where id = $1`, documentId)
  expect(await explain({ documentId })).toMatchObject(missing)
})

test.each([
  ['a document id that is none', { documentId: 'x' }, '/documentId'],
  ['a chunk that cannot be', { documentId: crypto.randomUUID(), ordinal: -1 }, '/ordinal'],
  ['an empty question', { documentId: crypto.randomUUID(), query: ' ' }, '/query'],
])('%s is refused with the field named', async (_, body, pointer) => {
  const asked = { query: 'a', ...body }
  const problem = await bodyOf<object>(await app.send('POST', '/api/search/explain', asked), 422)
  expect(problem).toMatchObject({ errors: [{ pointer }] })
})
