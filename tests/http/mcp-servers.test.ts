/** Servers of others as tools of the assistant: official ones of the SDK, and some that misbehave. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer as SdkServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { McpServer } from '../../workers/mcp/server-schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'

const BASE = '/api/admin/mcp-servers'
const SECRET = 'Bearer secret-of-the-crm'

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

let app: TestAssistant
let remote: Server
let origin = ''
let handle: Handler
const seen: IncomingMessage[] = []
beforeAll(async () => {
  app = await startAssistant()
  remote = createServer((request, response) => {
    seen.push(request)
    void Promise.resolve(handle(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`
  Object.assign(app.env, { MCP_HOSTS: `mcp.example.com,${origin}` })
})
beforeEach(() => {
  seen.length = 0
  handle = official(false)
})
afterEach(async () => {
  await app.settle()
  const { items } = await (await app.send('GET', BASE)).json<{ items: McpServer[] }>()
  for (const { id } of items) await app.send('DELETE', `${BASE}/${id}`)
  await app.settle()
})
afterAll(async () => {
  remote.closeAllConnections()
  await new Promise((resolve) => remote.close(resolve))
  await app.close()
})

/** A server of the SDK, made for each request. @param asJson Whether it answers with JSON or with events. */
function official(asJson: boolean): Handler {
  return async (request, response) => {
    if (request.headers.authorization !== SECRET) return response.writeHead(401).end()
    const server = new SdkServer({ name: 'crm', version: '1' })
    server.registerTool(
      'find.customer',
      {
        description: 'Finds a customer.',
        inputSchema: { name: z.string() },
        annotations: { readOnlyHint: true },
      },
      async ({ name }) => ({
        content: [{ type: 'text', text: `${name} buys ${asJson ? 'tea' : 'coffee'}.` }],
      }),
    )
    server.registerTool(
      'delete_customer',
      { description: 'Deletes one.', inputSchema: {} },
      async () => ({
        content: [{ type: 'text', text: 'Deleted.' }],
      }),
    )
    server.registerTool(
      'broken',
      { inputSchema: {}, annotations: { readOnlyHint: true } },
      async () => {
        throw new Error('the disk is full')
      },
    )
    server.registerTool(
      'verbose',
      { inputSchema: {}, annotations: { readOnlyHint: true } },
      async () => ({
        content: [{ type: 'text', text: 'x'.repeat(2_000_000) }],
      }),
    )
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: asJson })
    response.on('close', () => void transport.close())
    await server.connect(transport)
    await transport.handleRequest(request, response)
  }
}

async function register(tools: string[] = [], more: object = {}) {
  const body = {
    name: 'crm',
    url: `${origin}/mcp`,
    headers: { Authorization: SECRET },
    tools,
    ...more,
  }
  return app.send('POST', BASE, body)
}
const made = async (...given: Parameters<typeof register>) => {
  const answer = await register(...given)
  if (answer.status !== 201) throw new Error(await answer.text())
  return answer.json<McpServer>()
}
const call = (tool: string, args: object = {}, more: object = {}) =>
  say(app, { message: `call ${tool} ${JSON.stringify(args)}`, ...more })
const pointers = async (answer: Response) =>
  (await answer.json<{ errors: { pointer: string }[] }>()).errors.map(({ pointer }) => pointer)

test.each([
  ['events', false],
  ['JSON', true],
])('a chosen tool is called by the assistant; the server answers with %s', async (_, asJson) => {
  handle = official(asJson)
  const server = await made(['find.customer'])
  expect(server.tools).toMatchObject([
    { name: 'find.customer', description: 'Finds a customer.', confirms: false },
  ])
  const reply = await call('crm__find_customer', { name: 'Ada' })
  expect(reply.tool_calls).toMatchObject([{ tool_name: 'crm__find_customer', status: 'ok' }])
  expect(reply.text).toContain(asJson ? 'Ada buys tea.' : 'Ada buys coffee.')
})

test('headers are stored sealed and shown by name alone', async () => {
  const server = await made()
  expect(server.headers).toEqual(['Authorization'])
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query('select * from mcp_servers'),
  ])
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain('secret-of')
  expect(await (await app.send('GET', `${BASE}/${server.id}`)).text()).not.toContain('secret-of')
})

test('tools are listed and chosen; those that may destroy need consent', async () => {
  const { id } = await made()
  const listed = await (
    await app.send('GET', `${BASE}/${id}/tools`)
  ).json<{ items: { name: string }[] }>()
  expect(listed.items.map(({ name }) => name)).toContain('delete_customer')
  expect((await call('crm__delete_customer')).tool_calls).toEqual([])
  const changed = await app.send('PATCH', `${BASE}/${id}`, { tools: ['delete_customer'] })
  expect(changed.status).toBe(200)
  const asked = await call('crm__delete_customer')
  expect(asked.tool_calls).toMatchObject([{ status: 'unconfirmed' }])
  const { session_id } = asked
  const done = await say(app, { session_id, message: 'yes', confirm: [asked.tool_calls[0]!.id] })
  expect(done.text).toContain('Deleted.')
  expect(
    await pointers(await app.send('PATCH', `${BASE}/${id}`, { tools: ['find.customer', 'no'] })),
  ).toEqual(['/tools/1'])
})

test('one that is off, gone, or of another tenant is no tool', async () => {
  const { id } = await made(['find.customer'])
  const elsewhere = await say(
    app,
    { message: 'call crm__find_customer {"name":"Ada"}' },
    { who: { tenant: 'globex' } },
  )
  expect(elsewhere.tool_calls).toEqual([])
  await app.send('PATCH', `${BASE}/${id}`, { enabled: false })
  expect((await call('crm__find_customer', { name: 'Ada' })).tool_calls).toEqual([])
  expect((await app.send('DELETE', `${BASE}/${id}`)).status).toBe(204)
  expect((await app.send('GET', `${BASE}/${id}`)).status).toBe(404)
})

test('another host does not get the headers of the last one', async () => {
  const { id } = await made()
  const moved = await app.send('PATCH', `${BASE}/${id}`, { url: 'https://mcp.example.com/mcp' })
  expect(await moved.json()).toMatchObject({ url: 'https://mcp.example.com/mcp', headers: [] })
})

test.each([
  ['a private address', { url: 'https://10.0.0.1/mcp' }, '/url'],
  ['a host that is not listed', { url: 'https://evil.example/mcp' }, '/url'],
  ['http', { url: 'http://mcp.example.com/mcp' }, '/url'],
  ['a header of the protocol’s own', { headers: { Host: 'x' } }, '/headers'],
  ['a header with a line break', { headers: { 'X-A': 'a\r\nb: c' } }, '/headers/X-A'],
  ['a name with spaces', { name: 'My CRM' }, '/name'],
])('%s is refused, by its field', async (_, more, pointer) => {
  const answer = await register([], more)
  expect(answer.status).toBe(422)
  expect(await pointers(answer)).toEqual([pointer])
  expect(seen).toEqual([])
})

test('a name in use is refused, and so is who manages no keys', async () => {
  await made()
  expect((await register()).status).toBe(409)
  expect((await app.send('GET', BASE, undefined, { role: 'editor' })).status).toBe(403)
})

const never: Handler = () => undefined
const redirecting: Handler = (_, response) =>
  response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
const babbling: Handler = (_, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":1}')
const endless: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

test.each([
  ['redirects', redirecting],
  ['talks nonsense', babbling],
  ['never ends', endless],
  [
    'refuses our headers',
    (_: IncomingMessage, response: ServerResponse) => response.writeHead(401).end(),
  ],
] as [string, Handler][])(
  'a server that %s is a failure the model is told of, and the turn goes on',
  async (_, bad) => {
    const quiet = vi.spyOn(console, 'log').mockReturnValue()
    await made(['find.customer'])
    handle = bad
    const reply = await call('crm__find_customer', { name: 'Ada' })
    quiet.mockRestore()
    expect(reply).toMatchObject({ success: true, tool_failures: 1, fallback_used: true })
    expect(reply.text).toContain('does not answer')
  },
)

test('what a tool fails with is told, and what is too long is a failure', async () => {
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  await made(['broken', 'verbose'])
  const reply = await call('crm__broken')
  const long = await call('crm__verbose')
  quiet.mockRestore()
  expect(reply.text).toContain('the disk is full')
  expect(long).toMatchObject({ tool_failures: 1 })
})

test('a server that hangs ends with the turn', async () => {
  await made(['find.customer'])
  handle = never
  const quiet = vi.spyOn(console, 'log').mockReturnValue()
  const slow = say(
    app,
    { message: 'call crm__find_customer {"name":"Ada"}' },
    { settings: { TURN_TIMEOUT: '1', MCP_HOSTS: origin } },
  )
  await expect(slow).rejects.toThrow('timed_out')
  quiet.mockRestore()
})
