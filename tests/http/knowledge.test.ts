import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Document, DocumentPage, Job, Submitted } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, DOCUMENTS, drain, learn, upload } from './knowledge-harness.ts'
import { makePdf } from './pdf-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const get = async <Body>(path: string, who = {}) =>
  await (await app.send('GET', path, undefined, who)).json<Body>()

const MANUAL = `# Pump manual

The pump moves coolant through the outer circuit.

## Maintenance

Replace the filter every 400 operating hours. Use a lint-free cloth to clean the housing.

## Pressure

The nominal pressure is 4.2 bar. Above 6 bar the safety valve opens.
`

test('a document goes from upload to a cited answer', async () => {
  const response = await upload(app, 'pump.md', MANUAL)
  expect(response.status).toBe(202)
  const { document, job } = await response.json<Submitted>()
  expect(document).toMatchObject({ title: 'pump', mediaType: 'text/markdown', status: 'queued' })
  expect(app.queued).toEqual([
    expect.objectContaining({ tenantId: 'acme', documentId: document.id, generation: 1 }),
  ])

  expect(await drain(app)).toEqual([{ type: 'ack' }])
  const done = await get<Document>(`${DOCUMENTS}/${document.id}`)
  expect(done).toMatchObject({ title: 'Pump manual', status: 'ready', percent: 100, pages: 1 })
  expect(done.chunks).toBe(3)
  const finished = await get<Job>(`/api/admin/kb/jobs/${job.id}`)
  expect(finished).toMatchObject({ documentId: document.id, status: 'ready', attempts: 1 })

  const answer = await ask(app, 'How often must the filter be replaced?')
  expect(answer.abstained).toBe(false)
  expect(answer.text).toMatch(/400 operating hours.* \[1\]/)
  const { text } = await get<{ text: string }>(`${DOCUMENTS}/${document.id}/text`)
  for (const { start, end, quote, documentId, title } of answer.citations) {
    expect(text.slice(start, end)).toBe(quote)
    expect({ documentId, title }).toEqual({ documentId: document.id, title: 'Pump manual' })
  }
  expect(answer.usage.outputTokens).toBeGreaterThan(0)
})

test('an answer streams its proof before the words that need it, and the whole at the end', async () => {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  }
  const body = JSON.stringify({ question: 'What is the nominal pressure of the pump?' })
  const response = await app.request('/api/ask', { method: 'POST', headers, body })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const frames = (await response.text()).trim().split('\n\n')
  const events = frames.map((frame) => /^event: (\w+)\ndata: (.*)$/.exec(frame)!.slice(1, 3))
  const names = events.map(([name]) => name)
  expect(names[0]).toBe('citation')
  expect(names.at(-1)).toBe('done')
  const deltas = events.filter(([name]) => name === 'delta').map(([, data]) => JSON.parse(data!))
  const done = JSON.parse(events.at(-1)![1]!)
  expect(deltas.map(({ text }) => text).join('')).toBe(done.text)
  expect(done.text).toContain('4.2 bar')
})

test('a question asked again costs no call of a model, until the documents change', async () => {
  const question = 'At which pressure does the safety valve open?'
  const first = await ask(app, question)
  await app.settle()
  const before = app.openAi.requests().length
  const again = await ask(app, `  at WHICH pressure does the safety valve   open?`)
  expect(app.openAi.requests().length).toBe(before)
  expect(again).toMatchObject({ cached: true, text: first.text, citations: first.citations })
  expect(again.usage).toEqual({ inputTokens: 0, outputTokens: 0 })

  await learn(app, 'other.txt', 'The canteen opens at noon.')
  expect(await ask(app, question)).toMatchObject({ cached: false, abstained: false })
})

test('what no document says is not answered', async () => {
  const before = app.openAi.requests().filter(({ path }) => path.includes('chat')).length
  const answer = await ask(app, 'Who won the football championship in Lisbon?')
  expect(answer).toMatchObject({ abstained: true, citations: [] })
  expect(answer.text).toMatch(/could not find/)
  expect(await ask(app, 'Кто выиграл чемпионат мира по футболу?')).toMatchObject({
    abstained: true,
    text: expect.stringMatching(/не нашёл/),
  })
  expect(app.openAi.requests().filter(({ path }) => path.includes('chat')).length).toBe(before)
})

test('a PDF is cited by page and span', async () => {
  const filler = Array.from({ length: 30 }, (_, line) => `Paragraph ${line} is about cables.`)
  const pages = [
    ['# Safety rules', ...filler],
    ['# Gloves', 'Wear nitrile gloves when you handle solvent X9.', ...filler],
  ]
  const id = await learn(app, 'rules.pdf', await makePdf(pages, 'Safety rules 2026'))
  const answer = await ask(app, 'Which gloves are worn for solvent X9?')
  const [citation] = answer.citations
  expect(citation).toMatchObject({ documentId: id, page: 2, title: 'Safety rules 2026' })
  const { text, pages: spans } = await get<{
    text: string
    pages: { page: number; start: number; end: number }[]
  }>(`${DOCUMENTS}/${id}/text`)
  expect(text.slice(citation!.start, citation!.end)).toBe(citation!.quote)
  expect(spans[1]!.start).toBeLessThanOrEqual(citation!.start)
})

test('a deleted document is gone from the very next answer, and from storage', async () => {
  const id = await learn(app, 'secret.txt', 'The vault of Zurich has the combination 7719.')
  const question = 'Which combination has the vault of Zurich?'
  expect((await ask(app, question)).text).toContain('7719')

  expect((await app.send('DELETE', `${DOCUMENTS}/${id}`)).status).toBe(204)
  expect(await ask(app, question)).toMatchObject({ abstained: true, cached: false })
  expect((await app.send('GET', `${DOCUMENTS}/${id}`)).status).toBe(404)
  await app.settle()
  expect((await app.env.FILES.list({ prefix: `tenants/acme/documents/${id}` })).objects).toEqual([])
  expect((await app.send('DELETE', `${DOCUMENTS}/${id}`)).status).toBe(404)
})

test('the same bytes again are the same document', async () => {
  const first = await (await upload(app, 'a.txt', 'Twins look alike.')).json<Submitted>()
  const again = await upload(app, 'b.txt', 'Twins look alike.')
  expect(again.status).toBe(200)
  expect((await again.json<Submitted>()).document.id).toBe(first.document.id)
  expect(await drain(app)).toHaveLength(1)
})

test('two tenants with the same file know nothing of each other', async () => {
  const globex = { tenant: 'globex' }
  const theirs = await learn(app, 'own.txt', 'The mascot of Globex is a heron.', globex)
  const question = 'What is the mascot of Globex?'
  expect((await ask(app, question, globex)).text).toContain('heron')
  expect((await ask(app, question)).abstained).toBe(true)
  expect((await app.send('GET', `${DOCUMENTS}/${theirs}`)).status).toBe(404)
  expect((await app.send('DELETE', `${DOCUMENTS}/${theirs}`)).status).toBe(404)
  const ours = await upload(app, 'own.txt', 'The mascot of Globex is a heron.')
  expect(ours.status).toBe(202)
  app.queued.splice(0)
})

test('documents are listed newest first, page by page, and by state', async () => {
  const all = await get<DocumentPage>(`${DOCUMENTS}?limit=100`)
  const seen: Document[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = cursor ? `&cursor=${cursor}` : ''
    const page: DocumentPage = await get<DocumentPage>(`${DOCUMENTS}?limit=2${query}`)
    seen.push(...page.items)
    cursor = page.nextCursor
  }
  expect(seen.map(({ id }) => id)).toEqual(all.items.map(({ id }) => id))
  const queued = await get<DocumentPage>(`${DOCUMENTS}?status=queued`)
  expect(queued.items).toHaveLength(1)
})

test('a job is followed to its end as events', async () => {
  const { job } = await (await upload(app, 'j.txt', 'Jobs end well.')).json<Submitted>()
  const response = await app.send('GET', `/api/admin/kb/jobs/${job.id}/events`)
  const [text] = await Promise.all([response.text(), drain(app)])
  const states = [...text.matchAll(/^event: progress\ndata: (.*)$/gm)].map(([, data]) =>
    JSON.parse(data!),
  )
  expect(states[0]).toMatchObject({ id: job.id, status: 'queued' })
  expect(states.at(-1)).toMatchObject({ id: job.id, status: 'ready', percent: 100 })
})

test('a question that leans on the one before is searched together with it', async () => {
  const history = [
    { role: 'user', content: 'What is the nominal pressure of the pump?' },
    { role: 'assistant', content: 'The nominal pressure is 4.2 bar. [1]' },
  ]
  const response = await app.send('POST', '/api/ask', {
    question: 'And when does its safety valve open?',
    history,
  })
  expect(await response.json()).toMatchObject({ abstained: false })
})
