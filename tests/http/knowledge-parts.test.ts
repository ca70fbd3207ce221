import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Submitted } from '../../workers/knowledge/schemas.ts'
import type { Upload } from '../../workers/knowledge/upload-schemas.ts'
import { runSweep } from '../../workers/queue.ts'
import { startApp, type TestApp } from './harness.ts'
import { asOwner, DOCUMENTS, upload } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  app.queued.splice(0)
  await app.settle()
})
afterAll(() => app?.close())

const UPLOADS = '/api/admin/kb/uploads'
const MB = 1024 * 1024
const PART = 5 * MB

/** Text of so many bytes, in short paragraphs; what is asked for stands in the middle. */
function textOf(bytes: number, seed: string) {
  const fact = `\n\nThe ${seed} lighthouse keeper is called Amundsen.\n\n`
  const filler = `${'x'.repeat(60)}\n`.repeat(Math.ceil(bytes / 61))
  const half = Math.floor((bytes - fact.length) / 2)
  return new TextEncoder().encode(
    filler.slice(0, half) + fact + filler.slice(0, bytes - half - fact.length),
  )
}

const create = async (fileName: string, bytes: number) =>
  await (await app.send('POST', UPLOADS, { fileName, bytes })).json<Upload>()
const look = async (id: string) => await (await app.send('GET', `${UPLOADS}/${id}`)).json<Upload>()

async function put(id: string, number: number, body: Uint8Array) {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    'content-type': 'application/octet-stream',
  }
  const init = { method: 'PUT', headers, body: body as Uint8Array<ArrayBuffer> }
  return app.request(`${UPLOADS}/${id}/parts/${number}`, init)
}
const partOf = (bytes: Uint8Array, number: number) =>
  bytes.subarray((number - 1) * PART, number * PART)
const complete = (id: string) => app.send('POST', `${UPLOADS}/${id}/complete`)
const filesOf = async (id: string) =>
  (await app.env.FILES.list({ prefix: `tenants/acme/documents/${id}` })).objects.length

test('a file in parts, out of order and one of them broken off, arrives whole and is found', async () => {
  const bytes = textOf(1.9 * MB + 2 * PART, 'northern').map((byte, at) =>
    at > 1.9 * MB ? 32 : byte,
  )
  const { id, partBytes, parts } = await create('northern.txt', bytes.length)
  expect([partBytes, parts]).toEqual([PART, []])
  expect((await put(id, 3, partOf(bytes, 3))).status).toBe(200)
  const broken = await put(id, 1, partOf(bytes, 1).subarray(0, PART - 9))
  expect(broken.status).toBe(400)
  expect((await put(id, 2, partOf(bytes, 2))).status).toBe(200)
  const resumed = await look(id)
  expect(resumed.parts.map(({ number }) => number)).toEqual([2, 3])
  const early = await complete(id)
  expect([early.status, (await early.json<{ detail: string }>()).detail]).toEqual([
    409,
    expect.stringContaining('missing: 1'),
  ])
  expect((await put(id, 1, partOf(bytes, 1))).status).toBe(200)
  const done = await complete(id)
  expect(done.status).toBe(202)
  const { document } = await done.json<Submitted>()
  expect(document).toMatchObject({ id, bytes: bytes.length, status: 'queued' })
  const stored = await app.env.FILES.get(`tenants/acme/documents/${id}/original`)
  expect(Buffer.compare(Buffer.from(await stored!.arrayBuffer()), Buffer.from(bytes))).toBe(0)
  const again = await complete(id)
  expect([again.status, (await again.json<Submitted>()).document.id]).toEqual([200, id])
  await app.send('DELETE', `${DOCUMENTS}/${id}`)
}, 60_000)

test('ten completions at once make one document', async () => {
  const bytes = textOf(9 * MB, 'tenfold')
  const { id } = await create('tenfold.txt', bytes.length)
  for (const number of [1, 2]) await put(id, number, partOf(bytes, number))
  const answers = await Promise.all(Array.from({ length: 10 }, () => complete(id)))
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
  const rows = await asOwner(app, 'select count(*)::int as n from kb_documents where id = $1', id)
  expect(rows).toEqual([{ n: 1 }])
  expect((await put(id, 1, partOf(bytes, 1))).status).toBe(409)
  await app.send('DELETE', `${DOCUMENTS}/${id}`)
}, 60_000)

test('bytes that are there already are the document that is there, and nothing more is kept', async () => {
  const bytes = textOf(9 * MB, 'double')
  const first = await (
    await upload(app, 'first.txt', bytes as Uint8Array<ArrayBuffer>)
  ).json<Submitted>()
  const { id } = await create('second.txt', bytes.length)
  for (const number of [1, 2]) await put(id, number, partOf(bytes, number))
  const answer = await complete(id)
  expect([answer.status, (await answer.json<Submitted>()).document.id]).toEqual([
    200,
    first.document.id,
  ])
  expect(await filesOf(id)).toBe(0)
  await app.send('DELETE', `${DOCUMENTS}/${first.document.id}`)
}, 60_000)

test('a completion whose worker died is taken over after a minute', async () => {
  const bytes = textOf(9 * MB, 'widow')
  const { id } = await create('widow.txt', bytes.length)
  for (const number of [1, 2]) await put(id, number, partOf(bytes, number))
  await asOwner(app, `update kb_uploads set state = 'completing' where id = $1`, id)
  expect((await complete(id)).status).toBe(409)
  await asOwner(
    app,
    `update kb_uploads set updated_at = now() - interval '2 minutes' where id = $1`,
    id,
  )
  expect((await complete(id)).status).toBe(202)
  await app.send('DELETE', `${DOCUMENTS}/${id}`)
}, 60_000)

test('what is not what its name says is refused and leaves nothing', async () => {
  const bytes = textOf(9 * MB, 'fake')
  const { id } = await create('fake.pdf', bytes.length)
  for (const number of [1, 2]) await put(id, number, partOf(bytes, number))
  const answer = await complete(id)
  expect([answer.status, (await answer.json<{ code: string }>()).code]).toEqual([
    422,
    'invalid_fields',
  ])
  expect(await filesOf(id)).toBe(0)
  expect((await app.send('GET', `${UPLOADS}/${id}`)).status).toBe(404)
}, 60_000)

test.each([
  ['an unknown type', { fileName: 'a.exe', bytes: 9 * MB }, 415],
  ['30 MB', { fileName: 'a.pdf', bytes: 30 * MB }, 413],
  ['an empty file', { fileName: 'a.pdf', bytes: 0 }, 422],
  ['no name', { fileName: ' ', bytes: 9 * MB }, 422],
  ['another field', { fileName: 'a.pdf', bytes: 9 * MB, tenant: 'globex' }, 422],
])('an upload of %s is refused', async (_name, body, status) => {
  expect((await app.send('POST', UPLOADS, body)).status).toBe(status)
})

test('parts that do not fit the file are refused', async () => {
  const { id } = await create('fit.txt', 9 * MB)
  const bytes = textOf(9 * MB, 'fit')
  expect((await put(id, 3, partOf(bytes, 1))).status).toBe(422)
  expect((await put(id, 2, partOf(bytes, 1))).status).toBe(400)
  expect((await put(id, 0, partOf(bytes, 1))).status).toBe(422)
  expect((await look(id)).parts).toEqual([])
  expect((await app.send('DELETE', `${UPLOADS}/${id}`)).status).toBe(204)
  expect((await app.send('DELETE', `${UPLOADS}/${id}`)).status).toBe(404)
})

test('an upload that nobody goes on with is thrown away after a day', async () => {
  const { id } = await create('left.txt', 9 * MB)
  const sweep = () => runSweep(app.env, () => undefined)
  await asOwner(
    app,
    `update kb_uploads set updated_at = now() - interval '23 hours' where id = $1`,
    id,
  )
  await sweep()
  expect((await look(id)).state).toBe('open')
  await asOwner(
    app,
    `update kb_uploads set updated_at = now() - interval '25 hours' where id = $1`,
    id,
  )
  await sweep()
  expect((await app.send('GET', `${UPLOADS}/${id}`)).status).toBe(404)
})

test('a tenant has at most fifty under way, however many it asks for at once', async () => {
  await asOwner(app, `delete from kb_uploads where state = 'open'`)
  const answers = await Promise.all(
    Array.from({ length: 55 }, (_, at) =>
      app.send('POST', UPLOADS, { fileName: `${at}.pdf`, bytes: MB }),
    ),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5)
  await asOwner(app, `delete from kb_uploads where state = 'open'`)
}, 60_000)
