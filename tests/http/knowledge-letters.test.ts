import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type {
  DeadLetterPage,
  Document,
  DocumentEvents,
  DocumentMessage,
  Job,
  Submitted,
} from '../../workers/knowledge/schemas.ts'
import { runSweep } from '../../workers/queue.ts'
import { startApp, type TestApp } from './harness.ts'
import { asOwner, deliver, DOCUMENTS, drain, upload } from './knowledge-harness.ts'

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

test('a document tells what became of its runs, the newest 200 steps', async () => {
  const { document } = await submit('told.txt', 'Told words.')
  app.openAi.setUp(false)
  const sent = app.queued.splice(0)
  await deliver(app, sent)
  app.openAi.setUp(true)
  await deliver(app, sent)
  expect(await eventsOf(document.id)).toEqual([
    'ready',
    'embedding',
    'waiting',
    'embedding',
    'parsing',
    'queued',
  ])
  const { items } = await get<DocumentEvents>(`${DOCUMENTS}/${document.id}/events`)
  expect(items[2]).toMatchObject({ error: { code: 'dependency_down' } })
  await asOwner(
    app,
    `insert into document_events (tenant_id, document_id, generation, event, percent, at)
     select 'acme', $1, 1, 'waiting', 0, now() from generate_series(1, 300)`,
    document.id,
  )
  await command(document.id, 'retry')
  const rows = await asOwner(
    app,
    'select count(*)::int as n from document_events where document_id = $1',
    document.id,
  )
  expect(rows).toEqual([{ n: 200 }])
  await asOwner(app, `update document_events set at = now() - interval '91 days'`)
  await runSweep(app.env, () => undefined)
  expect(await eventsOf(document.id)).toEqual([])
})

test('a dead letter is listed with its reason, and its replay goes on where it stopped', async () => {
  const text = Array.from({ length: 260 }, (_, at) => `Fact ${at}. ${`word${at} `.repeat(150)}`)
  const { document } = await submit('dead.md', text.join('\n\n'))
  await deliver(app, app.queued.splice(0))
  const second = message()
  expect(second.slice).toBe(1)
  app.openAi.setUp(false)
  await deliver(app, app.queued.splice(0))
  expect(await deliver(app, [second], { queue: 'documents-dead' })).toEqual([{ type: 'ack' }])
  app.openAi.setUp(true)
  const { items } = await get<DeadLetterPage>(LETTERS)
  expect(items).toMatchObject([
    { documentId: document.id, title: 'dead', slice: 1, error: { code: 'dependency_down' } },
  ])
  expect(await documentOf(document.id)).toMatchObject({ status: 'failed', chunks: 0 })
  const path = `${LETTERS}/${items[0]!.id}/replay`
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.send('POST', path)))
  expect(answers.map(({ status }) => status).filter((status) => status === 202)).toEqual([202])
  const before = app.openAi.requests().length
  await drain(app)
  expect(app.openAi.requests().length - before).toBe(1)
  expect((await documentOf(document.id)).status).toBe('ready')
  expect((await get<DeadLetterPage>(LETTERS)).items).toEqual([])
}, 60_000)

test('a message the queue gave up on ends nothing that somebody works on', async () => {
  const { document } = await submit('held.txt', 'Held words.')
  const sent = message()
  await asOwner(
    app,
    `update jobs set status = 'parsing', lease_id = gen_random_uuid(),
     lease_until = now() + interval '1 minute' where document_id = $1`,
    document.id,
  )
  await deliver(app, [sent], { queue: 'documents-dead' })
  expect((await documentOf(document.id)).status).toBe('parsing')
  await asOwner(app, 'update jobs set lease_until = now() where document_id = $1', document.id)
  await drain(app)
})

test('a slice that kills every worker is given up and leaves the others alone', async () => {
  const { document } = await submit('poison.txt', 'Poison.')
  const poison = app.queued.splice(0)
  await asOwner(app, 'update jobs set attempts = 8 where document_id = $1', document.id)
  const { document: other } = await submit('cure.txt', 'Cure.')
  const verdicts = await deliver(app, [...poison, ...app.queued.splice(0)])
  expect(verdicts).toEqual([{ type: 'ack' }, { type: 'ack' }])
  expect(await documentOf(document.id)).toMatchObject({
    status: 'failed',
    error: { code: 'gave_up' },
  })
  expect((await documentOf(other.id)).status).toBe('ready')
  expect((await get<DeadLetterPage>(LETTERS)).items).toMatchObject([{ documentId: document.id }])
})

test('a run that waits its turn is not lost, one that was overtaken is', async () => {
  const { document } = await submit('turn.txt', 'My turn.')
  app.queued.splice(0)
  const sweep = () => runSweep(app.env, () => undefined)
  await asOwner(
    app,
    `update jobs set created_at = now() - interval '1 hour', sent_at = now() - interval '30 minutes'
     where document_id = $1`,
    document.id,
  )
  // Somebody works, on what was sent before.
  await asOwner(
    app,
    `update jobs set claimed_at = now(), reached_at = now() - interval '40 minutes'
     where document_id <> $1`,
    document.id,
  )
  await sweep()
  expect(app.queued).toEqual([])
  await asOwner(app, `update jobs set reached_at = now() where document_id <> $1`, document.id)
  await sweep()
  expect(app.queued).toMatchObject([{ documentId: document.id, slice: 0 }])
  await drain(app)
})

test('a run says how many stand before it', async () => {
  const { job: first } = await submit('first.txt', 'First in line.')
  const { job: second } = await submit('second.txt', 'Second in line.')
  const ahead = async ({ id }: { id: string }) => (await get<Job>(`/api/admin/kb/jobs/${id}`)).ahead
  expect(await ahead(second)).toBe(Number(await ahead(first)) + 1)
  await drain(app)
  expect(await ahead(second)).toBeNull()
})
