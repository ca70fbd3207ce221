/** The four jobs of the platform, on the stack `npm start` brings up. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import type { Answer, Citation } from '../../workers/knowledge/schemas.ts'
import { signIn } from './client.ts'
import { makePdf } from './pdf.ts'

let directory: string
let stack: Stack
let client: Awaited<ReturnType<typeof signIn>>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, quiet: true, seedDocs: true })
  client = await signIn(stack)
})
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

const get = (path: string, headers: HeadersInit = {}) => fetch(`${stack.url}${path}`, { headers })

test('health endpoints answer without a credential', async () => {
  expect(await (await get('/health')).json()).toMatchObject({ status: 'healthy' })
  expect(await (await get('/live')).json()).toEqual({ status: 'alive' })
  const ready = await get('/ready')
  expect(await ready.json()).toMatchObject({
    status: 'ready',
    checks: { database: true, redis: true, vector: true, r2: true, identity: true },
  })
  expect(ready.status).toBe(200)
})

test('the API reference, its document and the guides are served here, with nothing from elsewhere', async () => {
  const page = await (await get('/docs/')).text()
  expect(page).toContain('swagger-ui-bundle.js')
  expect(page).not.toMatch(/https?:\/\//)
  expect((await get('/docs/reference/swagger-ui-bundle.js')).status).toBe(200)
  expect(await (await get('/docs/architecture.md')).text()).toContain('# Architecture')
  const { paths } = await (await get('/openapi.json')).json<{ paths: object }>()
  expect(Object.keys(paths)).toContain('/api/ask')
})

test('the console is one page for all of its addresses and for no other', async () => {
  const html = { accept: 'text/html' }
  const root = await fetch(`${stack.url}/`, { redirect: 'manual' })
  expect(root.headers.get('location')).toBe('/console/')
  expect(await (await get('/console/knowledge', html)).text()).toContain('<div id="root"')
  expect((await get('/console/assets/gone-1234.js', html)).status).toBe(404)
  expect((await get('/nowhere', html)).status).toBe(404)
})

test('a flag is created, evaluated as an application would, and switched off', async () => {
  const flag = {
    name: 'new_greeting',
    description: 'Says hello',
    type: 'boolean',
    enabled: true,
    defaultValue: true,
  }
  expect((await client.send('POST', '/api/admin/feature-flags', flag)).status).toBe(201)
  const evaluate = async () => {
    const path = '/ofrep/v1/evaluate/flags/new_greeting'
    return (await client.send('POST', path, { context: { targetingKey: 'ada' } })).json()
  }
  expect(await evaluate()).toMatchObject({ key: 'new_greeting', value: true, reason: 'STATIC' })
  const toggled = await client.send('POST', '/api/admin/feature-flags/new_greeting/toggle', {
    enabled: false,
  })
  expect(await toggled.json()).toMatchObject({ enabled: false })
  expect(await evaluate()).toMatchObject({ reason: 'DISABLED' })
})

test('a question about the guides is answered with citations that are in the text', async () => {
  const events = await client.ask('How do I roll back a deployment?')
  const answer = events.at(-1)?.data as Answer
  expect(events.at(-1)?.event).toBe('done')
  expect(answer.abstained).toBe(false)
  expect(answer.text).toMatch(/rollback.*\[1\]/s)
  const deltas = events
    .filter(({ event }) => event === 'delta')
    .map(({ data }) => data as { text: string })
  expect(deltas.map(({ text }) => text).join('')).toBe(answer.text)
  for (const citation of answer.citations) expect(await textAt(citation)).toContain(citation.quote)
})

test('a question nobody wrote about is not answered', async () => {
  const events = await client.ask('Who won the 1987 Reykjavik chess tournament?')
  expect(events.at(-1)?.data).toMatchObject({ abstained: true, citations: [] })
})

test('a PDF is indexed with progress and answered from, with its page', async () => {
  const pdf = await makePdf([
    'An introduction to tides.',
    'The harbour master of Zeltwick is Brunhild Okafor.',
  ])
  const { status, document, job } = await client.index('harbour.pdf', pdf, 'application/pdf')
  expect([status, job.status, job.percent]).toEqual([202, 'ready', 100])

  const events = await client.ask('Who is the harbour master of Zeltwick?')
  const answer = events.at(-1)?.data as Answer
  expect(answer.text).toContain('Brunhild Okafor')
  expect(answer.citations[0]).toMatchObject({ documentId: document.id, page: 2 })

  expect((await client.upload('again.pdf', pdf, 'application/pdf')).status).toBe(200)
  expect((await client.send('DELETE', `/api/admin/kb/documents/${document.id}`)).status).toBe(204)
  const after = await client.ask('Who is the harbour master of Zeltwick?')
  expect(after.at(-1)?.data).toMatchObject({ abstained: true })
})

/** The stored text of the cited document, between the citation's offsets. */
async function textAt({ documentId, start, end }: Citation): Promise<string> {
  const response = await client.send('GET', `/api/admin/kb/documents/${documentId}/text`)
  const { text } = await response.json<{ text: string }>()
  return text.slice(start, end)
}

test('an experiment’s evaluations are counted and its unit’s event is taken, through the queue', async () => {
  const variations = ['short', 'long'].map((variant) => ({ variant, weight: 50 }))
  const rule = { type: 'experiment', id: 'split', key: 'length', status: 'running', variations }
  const flag = { name: 'checkout', enabled: true, type: 'string', defaultValue: 'long' }
  const environments = { production: { rules: [rule] } }
  const variants = { short: 'short', long: 'long' }
  const made = { ...flag, variants, environments }
  expect((await client.send('POST', '/api/admin/feature-flags', made)).status).toBe(201)
  const context = { targetingKey: 'user-7' }
  const answer = await client.send('POST', '/ofrep/v1/evaluate/flags/checkout', { context })
  expect(await answer.json()).toMatchObject({ metadata: { experiment: 'length' } })
  const events = [{ name: 'paid', targetingKey: 'user-7' }]
  expect((await client.send('POST', '/api/track', { events })).status).toBe(202)
  const read = async () => {
    const counted = await client.send('GET', '/api/admin/feature-flags/checkout/analytics')
    const { series } = await counted.json<{ series: { reason: string }[] }>()
    return series.map(({ reason }) => reason)
  }
  await expect.poll(read, { timeout: 30_000, interval: 500 }).toEqual(['SPLIT'])
  const metrics = async () => (await get('/metrics')).text()
  await expect
    .poll(metrics, { timeout: 30_000, interval: 500 })
    .toMatch(/voiceassist_exposures_total\{[^}]*outcome="stored"[^}]*\} 1/)
}, 70_000)
