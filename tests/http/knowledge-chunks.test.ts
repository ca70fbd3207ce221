/** How a document was cut, as who looks after it sees it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ChunkPage } from '../../workers/knowledge/chunk-schemas.ts'
import type { DocumentText, Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { asOwner, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  for (const id of ['ada', 'ben'])
    await asOwner(app, `insert into users values ('acme', $1, $1, $1, 'user', now())`, id)
})
afterEach(() => app.settle())
afterAll(() => app?.close())

const chunks = (id: string, query = '', who?: Who) =>
  app.send('GET', `${DOCUMENTS}/${id}/chunks${query}`, undefined, who)

const manual = (edition: string) =>
  Array.from({ length: 6 }, (_, at) => `## Part ${at}\n\n${`${edition}${at} `.repeat(300)}`).join(
    '\n\n',
  )

test('chunks are spans of the text, in reading order and without overlap, page by page', async () => {
  const id = await learn(app, 'manual.md', manual('valve'))
  const { text } = await (await app.send('GET', `${DOCUMENTS}/${id}/text`)).json<DocumentText>()
  const all = await (await chunks(id)).json<ChunkPage>()
  expect(all.items.length).toBeGreaterThan(5)
  expect(all).toMatchObject({ generation: 1, nextCursor: null })
  for (const [at, { ordinal, start, end }] of all.items.entries()) {
    expect(ordinal).toBe(at)
    expect(start).toBeGreaterThanOrEqual(all.items[at - 1]?.end ?? 0)
    expect(text.slice(start, end)).toMatch(/valve\d/)
  }
  expect(all.items.some(({ context }) => context.includes('Part 3'))).toBe(true)
  const first = await (await chunks(id, '?limit=4')).json<ChunkPage>()
  const rest = await (await chunks(id, `?cursor=${first.nextCursor}`)).json<ChunkPage>()
  expect([...first.items, ...rest.items]).toEqual(all.items)
})

test('they are those of the run that is found, until a newer one is ready', async () => {
  const id = await learn(app, 'second.md', manual('pump'))
  await app.send('POST', `${DOCUMENTS}/${id}/reindex`)
  expect(await (await chunks(id)).json()).toMatchObject({ generation: 1 })
  await drain(app)
  expect(await (await chunks(id)).json()).toMatchObject({ generation: 2 })
})

test('only who may read a document sees how it was cut, and it is on record', async () => {
  const id = await learn(app, 'ward.md', manual('roster'))
  await app.send('PATCH', `${DOCUMENTS}/${id}`, { labels: { users: ['ada'] } })
  const statusFor = async (who: Who) => (await chunks(id, '', who)).status
  expect(await statusFor({ subject: 'ben', role: 'user' })).toBe(404)
  expect(await statusFor({ subject: 'ben', role: 'editor' })).toBe(404)
  expect(await statusFor({ tenant: 'globex' })).toBe(404)
  expect(await statusFor({ subject: 'ada', role: 'user' })).toBe(200)
  await app.settle()
  const events = (app.audited as { entry: { event: string; resource?: { id: string } } }[])
    .map(({ entry }) => entry)
    .filter(({ resource }) => resource?.id === id)
  expect(events.filter(({ event }) => event === 'doc.read')).toHaveLength(1)
})

test('a document without text yet, and a cursor that is none, are refused by name', async () => {
  const sent = await upload(app, 'waits.md', manual('gasket'))
  const { document } = await sent.json<Submitted>()
  expect((await chunks(document.id)).status).toBe(409)
  await drain(app)
  const refused = await chunks(document.id, '?cursor=x&limit=0')
  expect(refused.status).toBe(422)
  const { errors } = await refused.json<{ errors: { pointer: string }[] }>()
  expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(['/cursor', '/limit'])
})
