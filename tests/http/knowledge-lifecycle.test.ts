import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type {
  Document,
  DocumentEvents,
  DocumentMessage,
  Job,
  Submitted,
} from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, asOwner, deliver, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'
import { makePdf } from './pdf-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  app.openAi.setUp(true)
  app.queued.splice(0)
  await app.settle()
})
afterAll(() => app?.close())

const LETTERS = '/api/admin/kb/dead-letters'
const get = async <Body>(path: string) => await (await app.send('GET', path)).json<Body>()
const documentOf = (id: string) => get<Document>(`${DOCUMENTS}/${id}`)
const eventsOf = async (id: string) =>
  (await get<DocumentEvents>(`${DOCUMENTS}/${id}/events`)).items.map(({ event }) => event)
const submit = async (name: string, content: string | Uint8Array<ArrayBuffer>) =>
  await (await upload(app, name, content)).json<Submitted>()
const command = (id: string, verb: string) => app.send('POST', `${DOCUMENTS}/${id}/${verb}`)
const message = () => app.queued.at(-1) as DocumentMessage

/** 120 pages: five slices of reading; each with words of its own. */
const long = () =>
  makePdf(
    Array.from({ length: 120 }, (_, page) => [
      `# Chapter ${page}`,
      ...Array.from(
        { length: 30 },
        (_line, line) => `Line ${line} of chapter ${page} is on pumps.`,
      ),
      `The serial number of machine ${page} is SN${page * 7919}.`,
    ]),
  )

test('a long PDF is read and embedded in slices, each a message, with percent and a time to go', async () => {
  const { document, job } = await submit('machines.pdf', await long())
  const percents: number[] = []
  const slices: number[] = []
  const states: Job[] = []
  while (app.queued.length > 0) {
    slices.push(message().slice)
    await deliver(app, app.queued.splice(0))
    const seen = await get<Job>(`/api/admin/kb/jobs/${job.id}`)
    percents.push(seen.percent)
    states.push(seen)
  }
  expect(states[1]).toMatchObject({ status: 'parsing', pagesDone: 50, pagesTotal: 120 })
  expect(states[1]?.etaSeconds).toBeGreaterThan(0)
  expect(slices.slice(0, 5)).toEqual([0, 1, 2, 3, 4])
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  expect(await documentOf(document.id)).toMatchObject({
    status: 'ready',
    pages: 120,
    etaSeconds: null,
  })
  const answer = await ask(app, 'What is the serial number of machine 77?')
  expect(answer.citations[0]).toMatchObject({ documentId: document.id, page: 78 })
  await app.settle()
  const prefix = `tenants/acme/documents/${document.id}/`
  const { objects } = await app.env.FILES.list({ prefix })
  expect(objects.map(({ key }) => key.slice(prefix.length)).toSorted()).toEqual([
    'original',
    'text-1.json',
  ])
}, 60_000)

test('slices that are delivered twice are done once, and the next one is never forgotten', async () => {
  const { document } = await submit('twice.pdf', await long())
  const read: number[] = []
  while (app.queued.length > 0) {
    const sent = app.queued.splice(0, 1) as DocumentMessage[]
    const before = app.openAi.requests().length
    await deliver(app, [...sent, ...sent])
    read.push(app.openAi.requests().length - before)
    // Who sent for the next slice may have died before the queue had it.
    if (sent[0]?.slice === 2) app.queued.splice(0, 1)
  }
  expect(await documentOf(document.id)).toMatchObject({ status: 'ready', pages: 120 })
  const rows = await asOwner(
    app,
    `select count(*)::int - count(distinct ordinal)::int as n from kb_chunk where document_id = $1`,
    document.id,
  )
  expect(rows).toEqual([{ n: 0 }])
  const texts = (await documentOf(document.id)).chunks
  expect(read.reduce((sum, calls) => sum + calls, 0)).toBe(Math.ceil(texts / 100))
}, 60_000)

/** How a document gets into each state. */
const INTO: Record<string, () => Promise<string>> = {
  queued: async () => (await submit('queued.txt', 'Queued words.')).document.id,
  parsing: async () => {
    const { document } = await submit('parsing.pdf', await long())
    await deliver(app, app.queued.splice(0))
    return document.id
  },
  ready: () => learn(app, 'ready.txt', 'Ready words.'),
  failed: async () => learn(app, 'failed.pdf', (await makePdf([['words']])).slice(0, 300)),
  cancelled: async () => {
    const { document } = await submit('cancelled.txt', 'Cancelled words.')
    await command(document.id, 'cancel')
    return document.id
  },
}

const STATES = Object.keys(INTO)
const isActive = (state: string) => state === 'queued' || state === 'parsing'

test.each(STATES)(
  'a document that is %s can be deleted; what still works on it leaves nothing',
  async (state) => {
    const id = await INTO[state]!()
    expect((await documentOf(id)).status).toBe(state)
    const late = app.queued.splice(0)
    expect((await app.send('DELETE', `${DOCUMENTS}/${id}`)).status).toBe(204)
    expect((await deliver(app, late)).filter(({ type }) => type !== 'ack')).toEqual([])
    expect((await app.send('GET', `${DOCUMENTS}/${id}`)).status).toBe(404)
    const [left] = await asOwner(
      app,
      'select count(*)::int as n from kb_chunk where document_id = $1',
      id,
    )
    expect(left).toEqual({ n: 0 })
  },
)

test.each(STATES)('a document that is %s can be cancelled, twice', async (state) => {
  const id = await INTO[state]!()
  const late = app.queued.splice(0)
  const answers = [await command(id, 'cancel'), await command(id, 'cancel')]
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  await deliver(app, late)
  await drain(app)
  expect((await documentOf(id)).status).toBe(isActive(state) ? 'cancelled' : state)
  await app.send('DELETE', `${DOCUMENTS}/${id}`)
})

test.each(STATES.flatMap((state) => [['retry', state] as const, ['reindex', state] as const]))(
  '%s begins a document that is %s once more, however often it is asked',
  async (verb, state) => {
    const id = await INTO[state]!()
    const late = app.queued.splice(0)
    const answers = [await command(id, verb), await command(id, verb)]
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    expect((await documentOf(id)).status).toBe('queued')
    await deliver(app, late)
    await drain(app)
    expect((await documentOf(id)).status).toBe(state === 'failed' ? 'failed' : 'ready')
    await app.send('DELETE', `${DOCUMENTS}/${id}`)
  },
  60_000,
)

test('ten retries at once begin one run', async () => {
  const id = await learn(app, 'ten.txt', 'Ten at once.')
  const answers = await Promise.all(Array.from({ length: 10 }, () => command(id, 'retry')))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
  const rows = await asOwner(app, 'select count(*)::int as n from jobs where document_id = $1', id)
  expect(rows).toEqual([{ n: 2 }])
  await drain(app)
})

test('what a cancelled worker still does is not seen', async () => {
  const { document } = await submit('stopped.pdf', await long())
  await deliver(app, app.queued.splice(0))
  await command(document.id, 'cancel')
  await drain(app)
  expect(await documentOf(document.id)).toMatchObject({ status: 'cancelled', chunks: 0 })
  expect(await eventsOf(document.id)).toEqual(['cancelled', 'parsing', 'queued'])
}, 60_000)

test('commands are written into the audit log, once each', async () => {
  const id = await learn(app, 'audited.txt', 'Audited words.')
  for (const verb of ['reindex', 'cancel', 'cancel']) await command(id, verb)
  const rows = await asOwner(
    app,
    `select event from audit_log where resource = 'document:' || $1 order by 1`,
    id,
  )
  expect(rows.map(({ event }) => event)).toEqual(['doc.cancel', 'doc.create', 'doc.reindex'])
})

test('all failed documents are begun again in one call', async () => {
  const ids = [await INTO['failed']!()]
  const answer = await app.send('POST', '/api/admin/kb/failed-documents/retry')
  expect(answer.status).toBe(202)
  expect((await answer.json<{ retried: number }>()).retried).toBeGreaterThanOrEqual(1)
  expect((await documentOf(ids[0]!)).status).toBe('queued')
  await drain(app)
})

test('viewers may read what became of a document, and change nothing', async () => {
  const id = await learn(app, 'viewed.txt', 'Viewed words.')
  const viewer = { role: 'viewer' }
  expect((await app.send('GET', `${DOCUMENTS}/${id}/events`, undefined, viewer)).status).toBe(200)
  for (const path of [
    `${DOCUMENTS}/${id}/cancel`,
    `${DOCUMENTS}/${id}/reindex`,
    '/api/admin/kb/failed-documents/retry',
  ])
    expect((await app.send('POST', path, undefined, viewer)).status).toBe(403)
  expect((await app.send('GET', LETTERS, undefined, viewer)).status).toBe(403)
})
