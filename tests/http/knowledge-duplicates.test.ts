import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Document } from '../../workers/knowledge/schemas.ts'
import { runSweep } from '../../workers/queue.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, asOwner, deliver, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'
import { makeDocx, word } from './office-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const documentOf = async (id: string) =>
  await (await app.send('GET', `${DOCUMENTS}/${id}`)).json<Document>()
const embedded = () =>
  app.openAi.requests().filter(({ path }) => path.includes('embeddings')).length
const remove = (id: string) => app.send('DELETE', `${DOCUMENTS}/${id}`)

/** Files that differ in bytes and say the same. */
const FACT = 'The tide mill of Olhao grinds salt.'
const first = `${FACT}\n`
const second = `${FACT}\r\n`

test('another file with the same text embeds nothing and is shown as its duplicate', async () => {
  const original = await learn(app, 'mill.txt', first)
  const before = embedded()
  const twin = await learn(app, 'mill again.txt', second)
  expect(embedded()).toBe(before)
  expect(await documentOf(twin)).toMatchObject({
    title: 'mill again',
    status: 'ready',
    duplicateOf: original,
    chunks: 0,
  })
  const { citations } = await ask(app, 'What does the tide mill of Olhao grind?')
  expect(citations.map(({ documentId }) => documentId)).toEqual([original])
  expect((await app.send('GET', `${DOCUMENTS}/${twin}/text`)).status).toBe(200)

  // The original goes: its duplicate is read again, and found by itself.
  await remove(original)
  expect(await documentOf(twin)).toMatchObject({ status: 'queued', duplicateOf: null })
  await asOwner(
    app,
    `update jobs set created_at = now() - interval '1 minute' where document_id = $1`,
    twin,
  )
  await runSweep(app.env, () => undefined)
  await drain(app)
  expect(await documentOf(twin)).toMatchObject({ status: 'ready', chunks: 1, duplicateOf: null })
  const after = await ask(app, 'What does the tide mill of Olhao grind?')
  expect(after.citations.map(({ documentId }) => documentId)).toEqual([twin])
  await remove(twin)
})

test('two files with one text at once: one has the chunks, the other is its duplicate', async () => {
  for (const [name, text] of [
    ['a.txt', 'Salt pans dry in the sun. '],
    ['b.txt', 'Salt pans dry in the sun.  '],
  ] as const)
    await upload(app, name, text)
  await Promise.all(app.queued.splice(0).map((message) => deliver(app, [message])))
  const rows = await asOwner(
    app,
    `select count(*)::int as n, count(duplicate_of)::int as twins, sum(chunks)::int as chunks
     from kb_documents where text_sha256 is not null`,
  )
  expect(rows.every(({ n, twins, chunks }) => n === twins || chunks === 1 || n === 2)).toBe(true)
})

test('a duplicate that is indexed again stays one, and its original too', async () => {
  const original = await learn(app, 'one.txt', 'One of a kind.\n')
  const twin = await learn(app, 'two.txt', 'One of a kind.\r\n')
  for (const id of [twin, original]) {
    await app.send('POST', `${DOCUMENTS}/${id}/reindex`)
    await drain(app)
  }
  expect(await documentOf(original)).toMatchObject({ chunks: 1, duplicateOf: null })
  expect(await documentOf(twin)).toMatchObject({ chunks: 0, duplicateOf: original })
  const [statistics] = await asOwner(
    app,
    `select (select sum(chunks)::int from kb_documents) = (select sum(chunks)::int from kb_stat) as equal`,
  )
  expect(statistics).toEqual({ equal: true })
})

test('the same words in another format have a text of their own', async () => {
  const plain = await learn(app, 'format.txt', 'Formats differ.')
  const office = await learn(app, 'format.docx', makeDocx(word('Formats differ, slightly.')))
  expect((await documentOf(plain)).duplicateOf).toBeNull()
  expect((await documentOf(office)).duplicateOf).toBeNull()
})
