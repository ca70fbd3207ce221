/** Several knowledge bases of a tenant: made, filled, searched apart and together, deleted. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Base, BaseList } from '../../workers/knowledge/base-schemas.ts'
import type { Answer, DocumentPage, Submitted } from '../../workers/knowledge/schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { asOwner, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const BASES = '/api/admin/kb/bases'

async function make(body: object, who?: Who) {
  const response = await app.send('POST', BASES, body, who)
  expect(response.status).toBe(201)
  return (await response.json<Base>()).id
}

async function search(body: object, who?: Who) {
  const response = await app.send('POST', '/api/search', body, who)
  expect(response.status).toBe(200)
  return await response.json<SearchResult>()
}

const titles = ({ hits }: SearchResult) => hits.map(({ title }) => title)

test('a knowledge base is made, listed, changed, and holds what is put into it', async () => {
  const id = await make({ name: ' Recipes ', textConfig: 'english' })
  await learn(app, 'soup.txt', 'Leek soup is simmered for twenty minutes.', {}, id)
  const base = await (await app.send('GET', `${BASES}/${id}`)).json<Base>()
  expect(base).toMatchObject({ name: 'Recipes', textConfig: 'english', documents: 1, chunks: 1 })
  const changed = await app.send('PATCH', `${BASES}/${id}`, { description: 'Of the canteen' })
  expect(await changed.json()).toMatchObject({ name: 'Recipes', description: 'Of the canteen' })
  const { items } = await (await app.send('GET', BASES)).json<BaseList>()
  expect(items.map((one) => one.id)).toContain(id)
  const listed = await (await app.send('GET', `${DOCUMENTS}?kb=${id}`)).json<DocumentPage>()
  expect(listed.items).toMatchObject([{ kb: id, title: 'soup' }])
})

test('a search looks where it is told to, or everywhere, and shows how it came to its order', async () => {
  const one = await make({ name: 'One' })
  const two = await make({ name: 'Two', textConfig: 'german' })
  await learn(app, 'valve.txt', 'The valve opens at six bar.', {}, one)
  await learn(app, 'ventil.txt', 'Das valve wird in Häusern geöffnet.', {}, two)
  expect(titles(await search({ query: 'valve', kbs: [one] }))).toEqual(['valve'])
  expect(titles(await search({ query: 'valve', kbs: [two] }))).toEqual(['ventil'])
  const both = await search({ query: 'When does the valve open?', kbs: [one, two], k: 5 })
  expect(titles(both)).toEqual(['valve', 'ventil'])
  expect(titles(await search({ query: 'valve', k: 50 }))).toEqual(
    expect.arrayContaining(['valve', 'ventil']),
  )
  const [best] = both.hits
  expect(best).toMatchObject({ kb: one, page: 1, start: 0, lexicalRank: 1, vectorRank: 1 })
  expect(best?.bm25).toBeGreaterThan(0)
  expect(best?.cosine).toBeGreaterThan(0)
  expect(both).toMatchObject({ cache: 'none', timings: { searchMs: expect.any(Number) } })
  // The words of a base are cut as that base was told to.
  expect(titles(await search({ query: 'Haus', kbs: [two] }))).toEqual(['ventil'])
})

test('the same search again comes from memory, until a base it looked in changes', async () => {
  const id = await make({ name: 'Kept' })
  await learn(app, 'a.txt', 'Herons nest in May.', {}, id)
  const query = { query: 'When do herons nest?', kbs: [id] }
  const first = await search(query)
  expect(await search(query)).toMatchObject({ cache: 'memory', hits: first.hits })
  await learn(app, 'b.txt', 'Herons fly in June.', {}, id)
  expect(await search(query)).toMatchObject({ cache: 'none' })
})

test('words of Chinese and Japanese are found inside a sentence', async () => {
  const id = await make({ name: 'East', textConfig: 'simple' })
  await learn(app, 'zh.txt', '水泵每四百小时更换过滤器。', {}, id)
  await learn(app, 'ja.txt', 'ポンプの圧力は四バールです。', {}, id)
  const [zh] = (await search({ query: '过滤器', kbs: [id] })).hits
  expect(zh).toMatchObject({ title: 'zh', text: '水泵每四百小时更换过滤器。', lexicalRank: 1 })
  const [ja] = (await search({ query: '圧力', kbs: [id] })).hits
  expect(ja).toMatchObject({ title: 'ja', lexicalRank: 1 })
})

test('an answer comes from the bases that were asked', async () => {
  const id = await make({ name: 'Birds' })
  await learn(app, 'stork.txt', 'The stork of Basel is called Adebar.', {}, id)
  const question = 'What is the stork of Basel called?'
  const asked = async (kbs?: string[]) =>
    await (await app.send('POST', '/api/ask', { question, kbs })).json<Answer>()
  expect(await asked([await make({ name: 'Empty' })])).toMatchObject({ abstained: true })
  expect(await asked([id])).toMatchObject({ abstained: false })
  expect(await asked()).toMatchObject({ abstained: false })
})

test('the same bytes in another knowledge base are another document', async () => {
  const id = await make({ name: 'Copies' })
  const first = await upload(app, 'copy.txt', 'A copy of a page.')
  const second = await upload(app, 'copy.txt', 'A copy of a page.', {}, id)
  expect([first.status, second.status]).toEqual([202, 202])
  const [a, b] = await Promise.all([first.json<Submitted>(), second.json<Submitted>()])
  expect(a.document.id).not.toBe(b.document.id)
  await drain(app)
})

test('a deleted knowledge base is gone with all that was in it, files too', async () => {
  const id = await make({ name: 'Old' })
  const document = await learn(app, 'old.txt', 'The old pump is green.', {}, id)
  expect((await app.send('DELETE', `${BASES}/${id}`)).status).toBe(204)
  expect(titles(await search({ query: 'old green pump', k: 50 }))).not.toContain('old')
  expect((await app.send('GET', `${DOCUMENTS}/${document}`)).status).toBe(404)
  expect((await app.send('DELETE', `${BASES}/${id}`)).status).toBe(404)
  const purges = await asOwner(app, 'select document_id as id from kb_purges')
  expect(purges).toContainEqual({ id: document })
  expect((await app.send('DELETE', `${BASES}/default`)).status).toBe(409)
})

test.each([
  ['an unknown base', { query: 'x', kbs: ['nowhere'] }, '/kbs/0'],
  ['no base at all', { query: 'x', kbs: [] }, '/kbs'],
  ['no query', { query: ' ' }, '/query'],
  ['too many hits', { query: 'x', k: 51 }, '/k'],
  ['a stranger field', { query: 'x', tenant: 'globex' }, '/tenant'],
])('a search with %s is refused by name', async (_, body, pointer) => {
  const response = await app.send('POST', '/api/search', body)
  expect(response.status).toBe(422)
  const { errors } = await response.json<{ errors: { pointer: string }[] }>()
  expect(errors[0]?.pointer).toBe(pointer)
})

test('a base of another tenant can neither be searched nor filled', async () => {
  const globex = { tenant: 'globex' }
  const theirs = await make({ name: 'Theirs' }, globex)
  await learn(app, 'own.txt', 'The heron of Globex is blue.', globex, theirs)
  for (const [path, body] of [
    ['/api/search', { query: 'heron', kbs: [theirs] }],
    ['/api/ask', { question: 'Which colour has the heron?', kbs: [theirs] }],
  ] as const)
    expect((await app.send('POST', path, body)).status).toBe(422)
  expect((await upload(app, 'x.txt', 'x', {}, theirs)).status).toBe(404)
  const large = { fileName: 'x.pdf', bytes: 9_000_000, kb: theirs }
  expect((await app.send('POST', '/api/admin/kb/uploads', large)).status).toBe(404)
  expect(titles(await search({ query: 'heron of Globex', k: 50 }))).not.toContain('own')
})
