import { once } from 'node:events'
import { createServer } from 'node:http'
import { PDFDocument } from 'pdf-lib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { Document, DocumentMessage, Submitted } from '../../workers/knowledge/schemas.ts'
import { runSweep } from '../../workers/queue.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, deliver, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'
import { makeEncryptedPdf, makeImagePdf, makePdf } from './pdf-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  app.neon.setUp(true)
  app.openAi.setUp(true)
  app.queued.splice(0)
  await app.settle()
})
afterAll(() => app?.close())

const documentOf = async (id: string) =>
  await (await app.send('GET', `${DOCUMENTS}/${id}`)).json<Document>()
const submit = async (name: string, content: string | Uint8Array<ArrayBuffer>) =>
  await (await upload(app, name, content)).json<Submitted>()
const message = () => app.queued.at(-1) as DocumentMessage

/** Runs a statement as the owner: what only time or another worker would do. */
async function owner(statement: string, ...parameters: unknown[]) {
  const [, rows = []] = await connect(app.database.owner).transaction((sql) => [
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(statement, parameters),
  ])
  return rows
}

test.each([
  ['a PDF under a password', 'failed', 'encrypted', makeEncryptedPdf],
  ['a PDF of images', 'needs_ocr', 'needs_ocr', makeImagePdf],
])('%s ends as %s and says why', async (_name, status, code, make) => {
  const { document } = await submit(`${code}.pdf`, await make())
  expect(await drain(app)).toEqual([{ type: 'ack' }])
  expect(await documentOf(document.id)).toMatchObject({
    status,
    stage: 'done',
    error: { code, message: expect.stringMatching(/./) },
  })
})

test('what is damaged, blank or much too long ends as failed and says why', async () => {
  const damaged = (await makePdf([['words']])).slice(0, 300)
  const blank = await PDFDocument.create()
  blank.addPage()
  const long = await PDFDocument.create()
  for (let page = 0; page < 2001; page++) long.addPage()
  for (const [file, content, code] of [
    ['damaged.pdf', damaged, 'corrupt'],
    ['blank.pdf', new Uint8Array(await blank.save()), 'empty'],
    ['long.pdf', new Uint8Array(await long.save()), 'too_many_pages'],
    ['long.txt', 'word '.repeat(400_001), 'too_long'],
  ] as const) {
    const { document } = await submit(file, content)
    expect(await drain(app)).toEqual([{ type: 'ack' }])
    expect(await documentOf(document.id)).toMatchObject({ status: 'failed', error: { code } })
  }
})

test('a provider that is down is tried again, and the document ends ready', async () => {
  const { document } = await submit('down.txt', 'Beavers build dams.')
  app.openAi.setUp(false)
  const sent = message()
  expect(await deliver(app, [sent])).toEqual([{ type: 'retry', delaySeconds: 2 }])
  expect(await documentOf(document.id)).toMatchObject({
    status: 'queued',
    error: { code: 'dependency_down' },
  })
  app.openAi.setUp(true)
  expect(await deliver(app, [sent])).toEqual([{ type: 'ack' }])
  expect(await documentOf(document.id)).toMatchObject({ status: 'ready', error: null })
})

test('a dead letter marks the document failed, with its last reason, and retry revives it', async () => {
  const { document } = await submit('dead.txt', 'Otters hold hands.')
  app.openAi.setUp(false)
  const sent = message()
  await deliver(app, [sent])
  expect(await deliver(app, [sent], { queue: 'documents-dead-production' })).toEqual([
    { type: 'ack' },
  ])
  expect(await documentOf(document.id)).toMatchObject({
    status: 'failed',
    error: { code: 'dependency_down' },
  })
  app.openAi.setUp(true)
  expect((await app.send('POST', `${DOCUMENTS}/${document.id}/retry`)).status).toBe(202)
  await drain(app)
  expect((await documentOf(document.id)).status).toBe('ready')
  expect((await ask(app, 'Do otters hold hands?')).text).toContain('Otters')
})

test('vectors of another width are a fault of the configuration, and end the run', async () => {
  const { document } = await submit('width.txt', 'Width matters.')
  const data = [{ object: 'embedding', index: 0, embedding: [0.1, 0.2, 0.3] }]
  const provider = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'list', model: 'narrow', data }))
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const address = provider.address()
  const port = typeof address === 'object' ? address?.port : 0
  const env = { EMBEDDING_MODEL: 'narrow', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` }
  expect(await drain(app, env)).toEqual([{ type: 'ack' }])
  provider.close()
  expect(await documentOf(document.id)).toMatchObject({
    status: 'failed',
    error: { code: 'misconfigured', message: expect.stringContaining('1536') },
  })
})

test('a message that is not ours is dropped, and the rest of its batch goes on', async () => {
  const { document } = await submit('after.txt', 'After the poison comes the cure.')
  const verdicts = await deliver(app, [{ nonsense: true }, 'text', message()])
  expect(verdicts).toEqual([{ type: 'ack' }, { type: 'ack' }, { type: 'ack' }])
  expect((await documentOf(document.id)).status).toBe('ready')
})

test('an unreachable database delays the message and loses nothing', async () => {
  const { document } = await submit('late.txt', 'Better late than never.')
  app.neon.setUp(false)
  expect(await deliver(app, [message()])).toEqual([{ type: 'retry', delaySeconds: 2 }])
  app.neon.setUp(true)
  await drain(app)
  expect((await documentOf(document.id)).status).toBe('ready')
})

test('what a dead worker left is taken over after its lease, and not before', async () => {
  const { document } = await submit('lease.txt', 'Leases end.')
  await owner(
    `update jobs set status = 'parsing', lease_id = gen_random_uuid(),
     lease_until = now() + interval '1 minute' where document_id = $1`,
    document.id,
  )
  expect(await deliver(app, [message()])).toEqual([{ type: 'retry', delaySeconds: 30 }])
  await owner(`update jobs set lease_until = now() where document_id = $1`, document.id)
  expect(await drain(app)).toEqual([{ type: 'ack' }])
  expect((await documentOf(document.id)).status).toBe('ready')
})

test('a message of an older run does nothing', async () => {
  const { document } = await submit('old.txt', 'Old news.')
  const old = message()
  await app.send('POST', `${DOCUMENTS}/${document.id}/retry`)
  expect(await deliver(app, [old])).toEqual([{ type: 'ack' }])
  expect((await documentOf(document.id)).status).toBe('queued')
  expect(await deliver(app, [message()])).toEqual([{ type: 'ack' }])
  expect((await documentOf(document.id)).status).toBe('ready')
})

test('indexing again replaces the chunks and leaves the statistics as they were', async () => {
  const statistics = () =>
    owner(`select s.version, s.chunks,
      (select json_agg(json_build_array(h, df) order by h) from kb_term) as terms from kb_stat s`)
  const id = await learn(app, 'again.txt', 'Again and again the tide returns.')
  const [before] = await statistics()
  await app.send('POST', `${DOCUMENTS}/${id}/retry`)
  await drain(app)
  const [after] = await statistics()
  expect(after).toEqual({ ...before, version: String(Number(before!['version']) + 1) })

  const other = await learn(app, 'gone.txt', 'Gone with the wind.')
  await app.send('DELETE', `${DOCUMENTS}/${other}`)
  const [later] = await statistics()
  expect(later).toEqual({ ...after, version: String(Number(after!['version']) + 2) })
})

test('a document deleted while it is indexed leaves no chunk behind', async () => {
  const { document } = await submit('race.txt', 'Races have one winner.')
  const sent = message()
  await app.send('DELETE', `${DOCUMENTS}/${document.id}`)
  expect(await deliver(app, [sent])).toEqual([{ type: 'ack' }])
  const rows = await owner(
    `select (select count(*) from kb_chunk where document_id = $1)
     + (select count(*) from jobs where document_id = $1) as left`,
    document.id,
  )
  expect(rows).toEqual([{ left: '0' }])
})

test('a queue that fails loses no document: the sweep sends it again', async () => {
  const { DOCUMENTS: queue } = app.env
  Object.assign(app.env, {
    DOCUMENTS: { send: () => Promise.reject(new Error('the queue is down')) },
  })
  const { document, job } = await submit('lost.txt', 'Lost and found.')
  Object.assign(app.env, { DOCUMENTS: queue })
  expect(app.queued).toEqual([])

  const sweep = () => runSweep(app.env, () => undefined)
  await sweep()
  expect(app.queued).toEqual([])
  await owner(`update jobs set created_at = now() - interval '1 minute' where id = $1`, job.id)
  await sweep()
  expect(app.queued).toMatchObject([{ documentId: document.id }])
  await sweep()
  expect(app.queued).toHaveLength(1)
  await drain(app)
  expect((await documentOf(document.id)).status).toBe('ready')
})

test('files of a deleted document that storage kept are removed by the sweep', async () => {
  const { FILES: files } = app.env
  const id = await learn(app, 'keep.txt', 'Keep calm.')
  Object.assign(app.env, {
    FILES: { ...files, list: () => Promise.reject(new Error('R2 is down')) },
  })
  await app.send('DELETE', `${DOCUMENTS}/${id}`)
  await expect(app.settle()).rejects.toThrow('R2 is down')
  Object.assign(app.env, { FILES: files })
  const prefix = `tenants/acme/documents/${id}/`
  expect((await files.list({ prefix })).objects).not.toEqual([])
  await runSweep(app.env, () => undefined)
  expect((await files.list({ prefix })).objects).toEqual([])
})

test('runs of three months ago go, but for the one that says how the document stands', async () => {
  const [twice, single] = [
    await learn(app, 'again.txt', 'Twice.'),
    await learn(app, 'once.txt', '1.'),
  ]
  expect((await app.send('POST', `${DOCUMENTS}/${twice}/retry`)).status).toBe(202)
  await drain(app)
  const left = () =>
    owner(
      `select document_id = $1 as again, generation from jobs
      where document_id in ($1, '${single}') order by 1, 2`,
      twice,
    )
  await runSweep(app.env, () => undefined)
  expect(await left()).toHaveLength(3)
  await owner(`update jobs set updated_at = now() - interval '91 days' where tenant_id <> $1`, '')
  await runSweep(app.env, () => undefined)
  expect(await left()).toEqual([
    { again: false, generation: 1 },
    { again: true, generation: 2 },
  ])
  expect((await documentOf(twice)).status).toBe('ready')
})

test('a model that is down is a 503 before the stream begins', async () => {
  await learn(app, 'whales.txt', 'Whales sing songs of many hours.')
  app.openAi.setUp(false)
  const response = await app.send('POST', '/api/ask', { question: 'What do whales sing?' })
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
})
