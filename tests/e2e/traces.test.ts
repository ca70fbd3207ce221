/**
 * Traces of the running stack, as a collector gets them and as the database keeps them: one request, one
 * document and one voice turn are one trace each, across Workers, queue and Durable Object.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { signIn } from './client.ts'
import { dial } from './realtime-client.ts'

interface Sent {
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  links: { traceId: string; spanId: string }[]
}

let directory: string
let stack: Stack
let sql: Sql
let collector: Server
const spans: Sent[] = []

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
        const service = resource.attributes[0].value.stringValue
        for (const scope of scopeSpans) {
          spans.push(...scope.spans.map((span: object) => ({ ...span, service })))
        }
      }
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  const environment = {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER_ARG: '1',
  }
  stack = await startStack({ directory, port: 0, tlsPort: 0, quiet: true, environment })
  sql = connect({ databaseUrl: stack.databaseUrl, httpUrl: stack.databaseHttpUrl })
}, 240_000)
afterAll(async () => {
  collector.close()
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

const startTrace = () => {
  const traceId = crypto.randomUUID().replaceAll('-', '')
  return { traceId, traceparent: `00-${traceId}-b7ad6b7169203331-01` }
}

/** `service name` of every span of the trace, behind those of its parents; no two alike. */
function pathsOf(traceId: string, all: readonly Sent[] = spans): string[] {
  const own = all.filter((span) => span.traceId === traceId)
  const pathOf = (span: Sent): string => {
    const parent = own.find(({ spanId }) => spanId === span.parentSpanId)
    return `${parent ? `${pathOf(parent)} > ` : ''}${span.service.slice('voiceassist-'.length)} ${span.name}`
  }
  return [...new Set(own.map(pathOf))].toSorted()
}

/** The trace as the table trace_spans has it, of whichever tenants its spans are. */
async function storedPathsOf(traceId: string): Promise<string[]> {
  const rows = await sql.query('select * from trace_read_all($1, 1000)', [traceId])
  const stored = rows.map((row) => ({
    service: `voiceassist-${row['service']}`,
    name: String(row['operation_name']),
    traceId,
    spanId: String(row['span_id']),
    parentSpanId: String(row['parent_span_id']),
    links: [],
  }))
  return pathsOf(traceId, stored)
}

/** The database is told within a second or two, and says what the collector was told. */
const expectStored = (traceId: string) =>
  vi.waitFor(async () => expect(await storedPathsOf(traceId)).toEqual(pathsOf(traceId)), {
    timeout: 15_000,
    interval: 500,
  })

test('a request goes on in identity, and a question down to the model', async () => {
  const client = await signIn(stack)
  const { traceId, traceparent } = startTrace()
  await client.send('GET', '/api/auth/token', undefined, { traceparent })
  await client.send('GET', '/api/admin/users', undefined, { traceparent })
  const question = { question: 'Where do cats sleep?' }
  await client.send('POST', '/api/ask', question, { traceparent }).then((answer) => answer.text())
  await vi.waitUntil(() => pathsOf(traceId).some((path) => path.includes('process_message')), {
    timeout: 10_000,
  })
  const paths = pathsOf(traceId)
  expect(paths).toContain(
    'edge GET /api/auth/token > edge identity.fetch > identity GET /api/auth/token',
  )
  expect(paths).toContain('edge api.send_message > edge agent.process_message')
  await expectStored(traceId)
  const whose = await sql.query(
    `select service, operation_name as name, tenant_id as tenant from trace_read_all($1, 1000)
     where operation_name like 'GET %' order by name, service`,
    [traceId],
  )
  // Nobody is signed in where the cookie is missing.
  const tenant = client.tenantId
  expect(whose).toEqual([
    { service: 'edge', name: 'GET /api/admin/users', tenant },
    { service: 'identity', name: 'GET /api/admin/users', tenant },
    { service: 'edge', name: 'GET /api/auth/token', tenant: null },
    { service: 'identity', name: 'GET /api/auth/token', tenant: null },
  ])
})

test('an assistant’s turn is a tree of the names everybody knows, tools and all', async () => {
  const client = await signIn(stack)
  const { traceId, traceparent } = startTrace()
  const message = { message: 'What is 6 * 7? Use the calculator: calculate 6 * 7.' }
  const answer = await client.send('POST', '/api/assistant/messages', message, { traceparent })
  const { session_id: sessionId } = await answer.json<{ session_id: string }>()
  const root = 'edge api.send_message > edge agent.process_message'
  const wanted = ['agent.build_messages', 'agent.call_llm', 'agent.format_response']
  const paths = wanted.map((name) => `${root} > edge ${name}`)
  const arrive = () => expect(pathsOf(traceId)).toEqual(expect.arrayContaining(paths))
  await vi.waitFor(arrive, { timeout: 10_000 })
  await expectStored(traceId)
  const [row] = await sql.query(
    `select attributes ->> 'session_id' as said, m.session_id as counted
     from trace_read_all($1, 1000) s join performance_metrics m using (trace_id)
     where operation_name = 'agent.process_message'`,
    [traceId],
  )
  expect(row).toEqual({ said: sessionId, counted: sessionId })
})

test('a document is one trace from its upload through the queue to the indexer', async () => {
  const client = await signIn(stack)
  const { traceId, traceparent } = startTrace()
  const body = new FormData()
  body.set(
    'file',
    new File(['# Cats\n\nCats sleep all day.'], 'cats.md', { type: 'text/markdown' }),
  )
  const headers = { authorization: `Bearer ${client.accessToken}`, traceparent }
  const url = `${stack.url}/api/admin/kb/documents`
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202)
  const upload = 'edge POST /api/admin/kb/documents'
  const indexing = `${upload} > indexer documents process`
  await vi.waitUntil(() => pathsOf(traceId).includes(indexing), { timeout: 30_000 })
  expect(pathsOf(traceId)).toEqual([
    upload,
    ...expectedBelow(upload, traceId, 'edge '),
    indexing,
    `${indexing} > indexer HTTP POST`,
    `${indexing} > indexer database.query`,
  ])
  const work = spans.find((span) => span.traceId === traceId && span.name === 'documents process')
  expect(work?.links).toEqual([{ traceId, spanId: work?.parentSpanId }])
  await expectStored(traceId)
})

/** What the edge itself does below: counts and keys of this moment, which other tests look at. */
const expectedBelow = (root: string, traceId: string, service: string) =>
  pathsOf(traceId).filter((path) => path.startsWith(`${root} > ${service}`))

test('a voice turn is one trace from the call to what is said', async () => {
  const client = await signIn(stack)
  await client.index('dogs.md', '# Dogs\n\nDogs bark at the moon every night.', 'text/markdown')
  const { traceId, traceparent } = startTrace()
  const call = await dial(stack, client.accessToken, { traceparent })
  await call.until('session.created')
  call.say('where do dogs bark')
  await call.until('response.done')
  call.realtime.close()
  const root = 'edge GET /v1/realtime'
  const model = `${root} > edge voice.llm > edge agent.process_message > edge agent.call_llm > edge HTTP POST`
  const wanted = [
    root,
    `${root} > edge voice.stt > edge HTTP POST`,
    `${root} > edge voice.llm > edge agent.process_message > edge agent.build_messages`,
    `${root} > edge voice.llm > edge agent.process_message > edge knowledge.retrieve > edge database.query`,
    model,
    `${root} > edge voice.tts > edge HTTP POST`,
  ]
  const arrive = () => expect(pathsOf(traceId)).toEqual(expect.arrayContaining(wanted))
  await vi.waitFor(arrive, { timeout: 10_000 })
  expect(pathsOf(traceId).filter((path) => !path.startsWith(root))).toEqual([])
  await expectStored(traceId)
})

test('a mail goes on in the trace of who asked for it, and the minute’s jobs are one of their own', async () => {
  const client = await signIn(stack)
  const { traceId, traceparent } = startTrace()
  const invited = { email: 'guest@example.com', role: 'user' }
  await client.send('POST', '/api/admin/invitations', invited, { traceparent })
  const arrive = () =>
    expect(pathsOf(traceId)).toContainEqual(expect.stringMatching(/> indexer mail process$/))
  await vi.waitFor(arrive, { timeout: 15_000 })
  await expectStored(traceId)
  const cron = () => spans.find(({ name }) => name === 'cron')?.traceId ?? ''
  await vi.waitUntil(cron, { timeout: 90_000 })
  expect(pathsOf(cron())).toEqual(
    expect.arrayContaining([
      'edge cron > edge cron.rotateKeys > identity identity.rotateKeys',
      'edge cron > edge cron.sweepTraces > edge database.query',
      'edge cron > edge cron.sweepDocuments > indexer indexer.sweepDocuments',
    ]),
  )
})

test('while the collector is down no request fails', async () => {
  collector.closeAllConnections()
  await new Promise<void>((resolve) => collector.close(() => resolve()))
  const answers = await Promise.all(Array.from({ length: 200 }, () => fetch(`${stack.url}/live`)))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
})
