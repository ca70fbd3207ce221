/** The indexer's queue handler in workerd: the PDF parser, R2, the database and the models, all real. */
import { env } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { edgeContext } from '../../workers/edge-context.ts'
import { originalKey } from '../../workers/knowledge/files.ts'
import type { MediaType } from '../../workers/knowledge/formats.ts'
import type { Answer } from '../../workers/knowledge/schemas.ts'
import { answerQuestion } from '../../workers/knowledge/service.ts'
import { findDocument, insertDocument } from '../../workers/knowledge/store.ts'
import { KB_ID } from '../../workers/knowledge/tables.ts'
import { consumeQueue } from '../../workers/queue.ts'
import { makeDocx, makeXlsx, word } from '../http/office-files.ts'
import { makePdf } from '../http/pdf-files.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function open() {
  const deferred: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>) => void deferred.push(work)
  const actor = { type: 'system', job: 'test' } as const
  const ctx = edgeContext(env, { tenantId: 'acme', actor, requestId: 'r1', traceparent, waitUntil })
  return { ctx, waitUntil, settle: () => Promise.all(deferred) }
}

async function store(name: string, mediaType: MediaType, content: Uint8Array) {
  const { ctx } = open()
  const id = crypto.randomUUID()
  const jobId = crypto.randomUUID()
  await env.FILES.put(originalKey('acme', id), content)
  const row = { id, jobId, kbId: KB_ID, title: name, fileName: name, mediaType }
  await insertDocument(ctx, { ...row, bytes: content.length, sha256: id })
  return id
}

/** Hands the indexer the messages of a document's first run. @returns what it did with the last */
async function deliver(documentId: string) {
  const first = { tenantId: 'acme', documentId, generation: 1, requestId: 'r1', traceparent }
  const queued: object[] = [{ ...first, slice: 0 }]
  let verdict = 'none'
  for (let body = queued.shift(); body; body = queued.shift()) verdict = await handle(body, queued)
  return verdict
}

async function handle(body: object, queued: object[]) {
  const { waitUntil, settle } = open()
  let verdict = 'none'
  const message = {
    id: 'm1',
    timestamp: new Date(),
    attempts: 1,
    body,
    ack: () => void (verdict = 'ack'),
    retry: () => void (verdict = 'retry'),
  }
  const batch = { queue: 'documents', messages: [message] } as unknown as MessageBatch
  const send = async (next: object) => void queued.push(next)
  await consumeQueue(batch, { ...env, DOCUMENTS: { send } } as unknown as IndexerEnv, { waitUntil })
  await settle()
  return verdict
}

async function ask(question: string): Promise<Answer> {
  const { ctx, settle } = open()
  for await (const event of answerQuestion(ctx, { question }, new AbortController().signal)) {
    if (event.type !== 'done') continue
    await settle()
    return event.answer
  }
  throw new Error('no answer')
}

test('a PDF of a hundred pages is read, indexed and cited by page', async () => {
  const page = (number: number) => [
    `# Chapter ${number}`,
    ...Array.from(
      { length: 40 },
      (_, line) => `Line ${line} of chapter ${number} is about valves and pumps in general.`,
    ),
    `The serial number of machine ${number} is SN${number * 7919}.`,
  ]
  const bytes = await makePdf(Array.from({ length: 100 }, (_, number) => page(number + 1)))
  const id = await store('machines.pdf', 'application/pdf', bytes)
  expect(await deliver(id)).toBe('ack')
  const stored = await findDocument(open().ctx, id)
  expect(stored?.document).toMatchObject({ status: 'ready', pages: 100 })

  const answer = await ask('What is the serial number of machine 77?')
  expect(answer.text).toContain('SN609763')
  expect(answer.citations[0]).toMatchObject({ documentId: id, page: 77 })
})

test('archives are inflated and read as what they are', async () => {
  const office = 'application/vnd.openxmlformats-officedocument'
  const files = [
    [`${office}.wordprocessingml.document`, makeDocx(word('Lemurs sunbathe in the morning.'))],
    [`${office}.wordprocessingml.document`, makeXlsx('<row><c r="A1"><v>41</v></c></row>')],
    ['text/html', new TextEncoder().encode('<h1>Zebras</h1><p>Zebras sleep standing.</p>')],
  ] as const
  for (const [mediaType, content] of files) {
    const id = await store('file', mediaType, content)
    expect(await deliver(id)).toBe('ack')
    const stored = await findDocument(open().ctx, id)
    expect(stored?.document).toMatchObject({ status: 'ready', error: null })
  }
})

test('a torn archive ends its run and says so', async () => {
  const torn = makeDocx(word('Torn. '.repeat(500)))
  torn.fill(255, 300, 360)
  const id = await store('torn.docx', 'application/epub+zip', torn)
  expect(await deliver(id)).toBe('ack')
  const stored = await findDocument(open().ctx, id)
  expect(stored?.document.status).toBe('failed')
})

test('a file that is gone from storage ends its run and says so', async () => {
  const id = await store('gone.txt', 'text/plain', new TextEncoder().encode('Gone.'))
  await env.FILES.delete(originalKey('acme', id))
  expect(await deliver(id)).toBe('ack')
  const stored = await findDocument(open().ctx, id)
  expect(stored?.document).toMatchObject({ status: 'failed', error: { code: 'missing' } })
})
