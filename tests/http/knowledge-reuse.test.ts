import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { Document, DocumentMessage } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, deliver, DOCUMENTS, learn, upload } from './knowledge-harness.ts'
import { makePdf } from './pdf-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app?.close())

/** Each page has words of its own, in paragraphs of different lengths. */
const pagesOf = (changed: number) =>
  Array.from({ length: 100 }, (_, page) =>
    Array.from({ length: 30 }, (_line, line) => {
      if (line % (7 + (page % 5)) === 6) return ''
      const words = `page ${page} line ${line} tells of subject ${(page * 31 + line * 7) % 997}`
      return page === changed && line === 4
        ? `${words}, and this was added in a later edition`
        : words
    }),
  )

async function owner(statement: string) {
  const [, rows = []] = await connect(app.database.owner).transaction((sql) => [
    sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    sql.query(statement),
  ])
  return rows
}

/** Texts that were sent to be embedded while the work is done. */
async function countEmbedded(work: () => Promise<unknown>): Promise<number> {
  const fetchBefore = globalThis.fetch
  let count = 0
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.url.endsWith('/embeddings')) {
      count += (await request.clone().json<{ input: string[] }>()).input.length
    }
    return fetchBefore(request)
  }
  await work().finally(() => void (globalThis.fetch = fetchBefore))
  return count
}

test('a file of 100 pages, one of them changed, embeds at most 3 % of its chunks again', async () => {
  const first = await countEmbedded(async () => learn(app, 'book.pdf', await makePdf(pagesOf(-1))))
  expect(first).toBeGreaterThanOrEqual(100)
  const again = await countEmbedded(async () => learn(app, 'book.pdf', await makePdf(pagesOf(40))))
  expect(again).toBeGreaterThan(0)
  expect(again / first).toBeLessThanOrEqual(0.03)
  const vectors = await owner('select count(*)::int as n from kb_vec where dimensions is null')
  expect(vectors).toEqual([{ n: 0 }])
}, 60_000)

test('a try that broke off goes on where it stopped', async () => {
  const text = Array.from({ length: 180 }, (_, at) => `Fact ${at}. ${`word${at} `.repeat(150)}`)
  await upload(app, 'long.md', text.join('\n\n'))
  const message = app.queued.pop() as DocumentMessage
  const env = { EMBEDDING_MODEL: app.env.EMBEDDING_MODEL }
  const fetchBefore = globalThis.fetch
  let calls = 0
  globalThis.fetch = async (input, init) => {
    const isEmbedding = new Request(input, init).url.endsWith('/embeddings')
    if (isEmbedding && ++calls > 1)
      return Response.json({ error: { message: 'no' } }, { status: 400 })
    return fetchBefore(input, init)
  }
  await deliver(app, [message], { env }).finally(() => void (globalThis.fetch = fetchBefore))
  const [stored] = await owner(
    `select count(*)::int as n from kb_chunk where document_id = '${message.documentId}'`,
  )
  expect(stored?.['n']).toBe(100)
  const rest = await countEmbedded(() => deliver(app, [message]))
  const response = await app.send('GET', `${DOCUMENTS}/${message.documentId}`)
  const document = await response.json<Document>()
  expect(document.status).toBe('ready')
  expect(rest).toBe(document.chunks - 100)
  expect((await ask(app, 'What is word179?')).citations.length).toBeGreaterThan(0)
}, 60_000)
