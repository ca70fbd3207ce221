/** Who may read a document, what is known of it, and that every reading of a sensitive one is written down. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Document, DocumentPage } from '../../workers/knowledge/schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { ask, asOwner, DOCUMENTS, drain, learn } from './knowledge-harness.ts'

let app: TestApp
const team = '019a0000-0000-7000-8000-0000000000aa'
const ada: Who = { subject: 'ada', role: 'user' }
const ben: Who = { subject: 'ben', role: 'user' }

beforeAll(async () => {
  app = await startApp()
  for (const id of ['ada', 'ben'])
    await asOwner(
      app,
      `insert into users values ('acme', $1, $1, $1, 'user', now()) on conflict do nothing`,
      id,
    )
  await asOwner(app, `insert into teams values ('acme', $1, 'Ward', now(), now())`, team)
})
afterEach(() => app.settle())
afterAll(() => app?.close())

interface Entry {
  entry: { event: string; resource?: { id: string } }
}
const audited = () => app.audited as Entry[]

const change = (id: string, body: object, who?: Who) =>
  app.send('PATCH', `${DOCUMENTS}/${id}`, body, who)

async function found(query: string, who?: Who, filters?: object) {
  const response = await app.send('POST', '/api/search', { query, filters, k: 50 }, who)
  if (response.status !== 200) throw new Error(await response.text())
  return (await response.json<SearchResult>()).hits.map(({ title }) => title)
}

test('a document is found by whom its labels name, from the next search on', async () => {
  const id = await learn(app, 'roster.txt', 'The roster of ward nine lists Mondays.')
  const question = 'What does the roster of ward nine list?'
  expect(await ask(app, question, ada)).toMatchObject({ abstained: false })
  expect((await change(id, { labels: { groups: [team] } })).status).toBe(200)
  expect(await found('roster of ward nine', ada)).not.toContain('roster')
  expect(await ask(app, question, ada)).toMatchObject({ abstained: true, cached: false })
  expect((await app.send('GET', `${DOCUMENTS}/${id}/text`, undefined, ada)).status).toBe(404)
  expect((await app.send('GET', `${DOCUMENTS}/${id}`, undefined, ada)).status).toBe(404)
  const listed = await (await app.send('GET', DOCUMENTS, undefined, ada)).json<DocumentPage>()
  expect(listed.items.map((document) => document.id)).not.toContain(id)

  await asOwner(app, `insert into team_members values ('acme', $1, 'ada', now())`, team)
  expect(await found('roster of ward nine', ada)).toContain('roster')
  expect(await ask(app, question, ada)).toMatchObject({ abstained: false })
  expect(await found('roster of ward nine', ben)).not.toContain('roster')
  expect(await ask(app, question, ben)).toMatchObject({ abstained: true })
  await asOwner(app, `delete from team_members where user_id = 'ada'`)
  expect(await found('roster of ward nine', ada)).not.toContain('roster')
  expect(await ask(app, question, ada)).toMatchObject({ abstained: true })
})

test('labels and attributes are set with the upload already', async () => {
  const form = new FormData()
  form.set('labels', JSON.stringify({ users: ['ada'] }))
  form.set('attributes', JSON.stringify({ year: 2026 }))
  form.set('file', new File(['The locker of Ada is red.'], 'locker.txt'))
  const { body, headers } = new Request('http://edge.test', { method: 'POST', body: form })
  const authorization = `Bearer ${await app.token()}`
  const contentType = headers.get('content-type') ?? ''
  const init = { method: 'POST', headers: { authorization, 'content-type': contentType }, body }
  const response = await app.request(DOCUMENTS, { ...init, duplex: 'half' } as RequestInit)
  const { document } = await response.json<{ document: Document }>()
  expect(document).toMatchObject({
    labels: { users: ['ada'] },
    phi: false,
    attributes: { year: 2026 },
  })
  await drain(app)
  expect(await found('locker', ada)).toContain('locker')
  expect(await found('locker', ben)).not.toContain('locker')
})

test('the file of a document is for those who may read it, managed or not, and its reading is on record', async () => {
  const id = await learn(app, 'deed.txt', 'The deed of ada is in the vault.')
  await change(id, { labels: { users: ['ada'] } })
  const open = (who: Who) => app.send('GET', `/v1/files/${id}/content`, undefined, who)
  expect((await open({ subject: 'eve', role: 'editor' })).status).toBe(404)
  const read = await open({ subject: 'ada', role: 'editor' })
  expect(await read.text()).toContain('vault')
  await app.settle()
  const events = audited().filter(({ entry }) => entry.resource?.id === id)
  expect(events.map(({ entry }) => entry.event)).toContain('doc.read')
})

test('every reading of a sensitive document is queued for the audit log, kept results too', async () => {
  const id = await learn(app, 'plan.txt', 'The secret plan of ada is a bridge.')
  await change(id, { labels: { users: ['ada'] } })
  const reads = () =>
    audited().filter(({ entry }) => entry.event === 'doc.read' && entry.resource?.id === id).length
  await app.settle()
  const before = reads()
  await found('secret plan of ada', ada)
  await found('secret plan of ada', ada)
  await ask(app, 'What is the secret plan of ada?', ada)
  await ask(app, 'What is the secret plan of ada?', ada)
  await app.send('GET', `${DOCUMENTS}/${id}/text`, undefined, ada)
  await app.settle()
  expect(reads() - before).toBe(5)
})

test('health data is not found without the permission for it', async () => {
  const id = await learn(app, 'chart.txt', 'The chart of patient Doe says anemia.')
  expect((await change(id, { phi: true })).status).toBe(200)
  expect(await found('chart of patient Doe', ada)).not.toContain('chart')
  expect((await app.send('GET', `${DOCUMENTS}/${id}/text`, undefined, ada)).status).toBe(404)
  expect((await change(id, { phi: false }, { role: 'editor' })).status).toBe(403)
})

test('a search says what is known of the documents it finds, as it is now', async () => {
  const id = await learn(app, 'crane.txt', 'The crane of dock nine lifts forty tons.')
  const search = async () => {
    const body = { query: 'crane of dock nine' }
    const { hits } = await (await app.send('POST', '/api/search', body)).json<SearchResult>()
    return hits.find(({ documentId }) => documentId === id)?.attributes
  }
  expect(await search()).toEqual({})
  await change(id, { attributes: { dock: 9, active: true } })
  expect(await search()).toEqual({ dock: 9, active: true })
  // The same from a cache.
  expect(await search()).toEqual({ dock: 9, active: true })
})

test('filters are typed, nest, and hold for what has no such attribute', async () => {
  for (const [name, attributes] of [
    ['one', { kind: 'part', year: 2024, due: '2026-03-01T00:00:00+02:00' }],
    ['two', { kind: 'tool', year: 2026 }],
    ['three', {}],
  ] as const)
    await change(await learn(app, `${name}.txt`, `Spanner sheet ${name}.`), { attributes })
  const all = async (filters: object) =>
    (await found('spanner sheet', undefined, filters))
      .filter((title) => ['one', 'two', 'three'].includes(title))
      .toSorted()
  const kind = { key: 'kind' }
  expect(await all({ type: 'eq', ...kind, value: 'part' })).toEqual(['one'])
  expect(await all({ type: 'ne', ...kind, value: 'part' })).toEqual(['three', 'two'])
  expect(await all({ type: 'gte', key: 'year', value: 2025 })).toEqual(['two'])
  expect(await all({ type: 'gte', key: 'year', value: '2025' })).toEqual([])
  expect(await all({ type: 'in', ...kind, value: ['part', 'tool'] })).toEqual(['one', 'two'])
  expect(await all({ type: 'nin', ...kind, value: ['tool', 7] })).toEqual(['one', 'three'])
  expect(await all({ type: 'lt', key: 'due', value: '2026-02-28T23:00:00Z' })).toEqual(['one'])
  expect(
    await all({
      type: 'or',
      filters: [
        { type: 'lt', key: 'year', value: 2025 },
        { type: 'and', filters: [{ type: 'eq', ...kind, value: 'tool' }] },
      ],
    }),
  ).toEqual(['one', 'two'])
})

test.each([
  ['a team that is not there', { labels: { groups: [crypto.randomUUID()] } }, '/labels/groups/0'],
  ['a member that is not there', { labels: { users: ['nobody'] } }, '/labels/users/0'],
  ['nobody at all', { labels: {} }, '/labels'],
  ['an attribute that is no value', { attributes: { a: { b: 1 } } }, '/attributes/a'],
])('%s is refused by name', async (_, body, pointer) => {
  const id = await learn(app, 'refused.txt', 'Refused.')
  const response = await change(id, body)
  expect(response.status).toBe(422)
  const { errors } = await response.json<{ errors: { pointer: string }[] }>()
  expect(errors[0]?.pointer).toBe(pointer)
})
