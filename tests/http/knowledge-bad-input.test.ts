/**
 * Files that are made to harm, files that are broken, and a provider of embeddings that fails in every
 * way: each document ends in a clear state with its reason, what is right goes on, and nothing is lost.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Document, DocumentMessage, Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, asOwner, deliver, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'
import { makeDocx, makeEpub, makeXlsx, makeZip, word } from './office-files.ts'
import { makePdf } from './pdf-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(async () => {
  app.queued.splice(0)
  await app.settle()
})
afterAll(() => app?.close())

const documentOf = async (id: string) =>
  await (await app.send('GET', `${DOCUMENTS}/${id}`)).json<Document>()

/** Each entity is ten of the one before: a thousand million words. */
const LAUGHS = `<!DOCTYPE x [<!ENTITY l0 "lol">${Array.from(
  { length: 9 },
  (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
).join('')}]>`

/** Objects as they stand, with a table of where each begins. */
function rawPdf(...objects: string[]) {
  let text = '%PDF-1.7\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const start = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>'
const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>'

/** Pages that are there, each an object of its own. */
const pagesOf = (count: number) => {
  const kids = Array.from({ length: count }, (_, at) => `${at + 3} 0 R`).join(' ')
  const root = `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`
  return rawPdf(CATALOGUE, root, ...Array.from({ length: count }, () => PAGE))
}

const HARMFUL: [string, string, () => string | Uint8Array | Promise<Uint8Array>, string][] = [
  ['a zip bomb', 'a.docx', () => makeZip({ '_rels/.rels': new Uint8Array(151 << 20) }), 'unsafe'],
  ['an entity bomb in Word', 'b.docx', () => makeDocx(word('&l9;'), LAUGHS), 'unsafe'],
  [
    'an entity that is a file of the server',
    'c.docx',
    () => makeDocx(word('&f;'), '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
    'unsafe',
  ],
  [
    'an entity bomb in Excel',
    'd.xlsx',
    () => makeXlsx(`${LAUGHS}<row><c><v>&l9;</v></c></row>`),
    'unsafe',
  ],
  [
    'an entity bomb in EPUB',
    'e.epub',
    () =>
      makeEpub(['<p>x</p>'], { 'META-INF/container.xml': `${LAUGHS}<container>&l9;</container>` }),
    'unsafe',
  ],
  ['10,000 pages', 'f.pdf', () => pagesOf(10_000), 'too_many_pages'],
  ['a PDF without an end', 'g.pdf', async () => (await makePdf([['x']])).slice(0, 400), 'corrupt'],
  ['a PDF that is a word', 'h.pdf', () => '%PDF-1.7\nno', 'corrupt'],
  [
    'a PDF whose pages hold themselves',
    'i.pdf',
    () => rawPdf(CATALOGUE, '<< /Type /Pages /Kids [2 0 R] /Count 1 >>'),
    'corrupt',
  ],
  [
    'a PDF that claims more pages than it has, and has no text',
    'j.pdf',
    () => rawPdf(CATALOGUE, '<< /Type /Pages /Kids [3 0 R] /Count 900 >>', PAGE),
    'empty',
  ],
  [
    'a PDF that claims a million pages, and has no text',
    'k.pdf',
    () => rawPdf(CATALOGUE, '<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>', PAGE),
    'empty',
  ],
]

test.each(HARMFUL)(
  '%s ends as failed with its reason, and is over',
  async (_name, file, make, code) => {
    const content = await make()
    const bytes = typeof content === 'string' ? content : new Uint8Array(content)
    const { document } = await (await upload(app, file, bytes)).json<Submitted>()
    expect(await drain(app)).toEqual([{ type: 'ack' }])
    expect(await documentOf(document.id)).toMatchObject({
      status: 'failed',
      stage: 'done',
      chunks: 0,
      error: { code, message: expect.stringMatching(/\w/) },
    })
  },
  240_000,
)

test.each([
  ['a PDF named as a picture', 415, 'a.png', () => makePdf([['words']])],
  ['a Word file named as a PDF', 422, 'a.pdf', async () => makeDocx(word('words'))],
  ['a PDF named as a Word file', 422, 'a.docx', () => makePdf([['words']])],
  [
    'a program named as a text',
    422,
    'a.txt',
    async () => Uint8Array.of(0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0),
  ],
])('%s is refused, and nothing of it is kept', async (_name, status, file, make) => {
  const before = (await app.env.FILES.list({ prefix: 'tenants/acme' })).objects.length
  const refused = await upload(app, file, new Uint8Array(await make()))
  expect(refused.status).toBe(status)
  expect(await refused.json()).toMatchObject({ detail: expect.stringMatching(/\w/) })
  expect(app.queued).toEqual([])
  expect((await app.env.FILES.list({ prefix: 'tenants/acme' })).objects).toHaveLength(before)
})

const TEXT = Array.from({ length: 6 }, (_, at) => `Fact ${at}: ${`egret${at} `.repeat(190)}`)

/** Stored chunks whose place is taken twice, and how many there are in all. */
async function stored(id: string) {
  const [row] = await asOwner(
    app,
    `select count(*)::int as all, count(*)::int - count(distinct char_start)::int as doubled
     from kb_chunk where document_id = $1`,
    id,
  )
  return row
}

/** One that takes the request and never says a word. */
async function silentProvider() {
  const server = createServer((request) => void request.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` }, close }
}

/** The longest that is waited for a model passes at once, for the rest of the test. */
function hurry() {
  const { setTimeout: real } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { setTimeout: real }))
  const hasty = (work: () => void, ms = 0, ...rest: unknown[]) =>
    Reflect.apply(real, globalThis, [work, ms === 30_000 ? 20 : ms, ...rest])
  Object.assign(globalThis, { setTimeout: hasty })
}

test.each(['429', '500', 'cut', 'silent'])(
  'while embeddings answer with %s the document waits with its reason, and then loses nothing',
  async (fault) => {
    const text = `${fault} ${TEXT.join('\n\n')}`
    const { document } = await (await upload(app, `${fault}.txt`, text)).json<Submitted>()
    const sent = app.queued.at(-1) as DocumentMessage
    const provider = await silentProvider()
    onTestFinished(provider.close)
    if (fault === 'silent') hurry()
    const failing = fault === 'silent' ? provider.env : { EMBEDDING_MODEL: `va-lexical-1:${fault}` }
    const env = { ...failing, RETRY_MAX_ATTEMPTS: '1' }
    for (let tries = 0; tries < 2; tries++) {
      const [verdict] = await deliver(app, [sent], { env })
      expect(verdict).toEqual({ type: 'retry', delaySeconds: expect.any(Number) })
      expect(await documentOf(document.id)).toMatchObject({
        status: 'queued',
        chunks: 0,
        error: { code: 'dependency_down', message: expect.stringMatching(/\w/) },
      })
    }
    expect(await deliver(app, [sent])).toEqual([{ type: 'ack' }])
    await drain(app)
    const done = await documentOf(document.id)
    expect(done).toMatchObject({ status: 'ready', error: null })
    expect(await stored(document.id)).toEqual({ all: done.chunks, doubled: 0 })
  },
  120_000,
)

test('a question while embeddings are refused is a 503, and one after is answered', async () => {
  await learn(app, 'gull.txt', 'The gull of the pier is called Agathe.')
  const model = app.env.EMBEDDING_MODEL
  Object.assign(app.env, { EMBEDDING_MODEL: 'va-lexical-1:500', RETRY_MAX_ATTEMPTS: '1' })
  const question = 'What is the gull of the pier called?'
  const refused = await app.send('POST', '/api/ask', { question })
  Object.assign(app.env, { EMBEDDING_MODEL: model })
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ code: 'dependency_down' })
  expect((await ask(app, question)).text).toContain('Agathe')
})
