/** The MCP server, by the official client of its SDK. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp, type Who } from './harness.ts'
import { learn } from './knowledge-harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  app.env.RATE_PLAN = 'unmetered'
  await learn(app, 'tea.md', '# Tea\n\nWhite tea is brewed at 80 degrees for two minutes.')
  const variants = { warm: 'hello', cold: 'hi' }
  const flag = { name: 'greeting', type: 'string', variants, enabled: true, defaultValue: 'hello' }
  const made = await app.send('POST', '/api/admin/feature-flags', flag)
  if (made.status !== 201) throw new Error(await made.text())
})
afterEach(() => app.settle())
afterAll(() => app.close())

async function connect(who?: Who) {
  const bearer = await app.token(who)
  const seen: Response[] = []
  const transport = new StreamableHTTPClientTransport(new URL('http://localhost:8787/mcp'), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
    fetch: async (url, init) => {
      const response = await app.request(new URL(url).pathname, init)
      seen.push(response)
      return response
    },
  })
  const client = new Client({ name: 'test', version: '1' })
  const faults: Error[] = []
  Object.assign(client, { onerror: (error: Error) => void faults.push(error) })
  await client.connect(transport)
  return { client, seen, faults }
}

const textOf = (result: Awaited<ReturnType<Client['callTool']>>) => {
  const [part] = result.content as { type: string; text: string }[]
  return part?.text ?? ''
}

test('a client connects, lists the tools and calls each', async () => {
  const { client, faults } = await connect()
  expect(client.getServerVersion()).toMatchObject({ name: 'voiceassist' })
  const { tools } = ListToolsResultSchema.parse(await client.listTools())
  expect(tools.map(({ name }) => name)).toEqual(['ask', 'search', 'flag'])
  expect(tools[0]!.inputSchema).toMatchObject({
    type: 'object',
    properties: { question: { type: 'string', maxLength: 4000 } },
    required: ['question'],
  })

  const asked = await client.callTool({
    name: 'ask',
    arguments: { question: 'How hot is white tea brewed?' },
  })
  expect(textOf(asked)).toContain('80 degrees')
  expect(asked.structuredContent).toMatchObject({
    abstained: false,
    citations: [{ title: expect.any(String), quote: expect.stringContaining('80 degrees') }],
  })

  const found = await client.callTool({ name: 'search', arguments: { query: 'white tea' } })
  expect(found.structuredContent).toMatchObject({
    passages: [{ text: expect.stringContaining('80 degrees'), page: 1 }],
  })

  const flag = await client.callTool({
    name: 'flag',
    arguments: { key: 'greeting', targeting_key: 'u1' },
  })
  expect(flag.structuredContent).toMatchObject({ key: 'greeting', value: 'hello' })
  await client.ping()
  expect(faults).toEqual([])
  await client.close()
})

test('what is wrong is told to the model, and what is not there is an error', async () => {
  const { client } = await connect()
  const empty = await client.callTool({ name: 'ask', arguments: { question: ' ' } })
  expect(empty).toMatchObject({ isError: true })
  expect(textOf(empty)).toContain('question:')
  const missing = await client.callTool({ name: 'flag', arguments: { key: 'nobody' } })
  expect(missing).toMatchObject({ isError: true })
  expect(textOf(missing)).toContain('no flag named nobody')
  const elsewhere = await client.callTool({
    name: 'search',
    arguments: { query: 'x', kbs: ['no'] },
  })
  expect(elsewhere).toMatchObject({ isError: true })
  await expect(client.callTool({ name: 'burn' })).rejects.toMatchObject({ code: -32_602 })
  await expect(client.listResources()).rejects.toThrow('resources')
})

test('each has the tools they may use, and other tenants’ documents are not found', async () => {
  const asker = await connect({ scopes: ['rag.query'] })
  const { tools } = await asker.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['ask', 'search'])
  await expect(
    asker.client.callTool({ name: 'flag', arguments: { key: 'greeting' } }),
  ).rejects.toMatchObject({ code: -32_602 })
  const stranger = await connect({ tenant: 'globex' })
  const found = await stranger.client.callTool({
    name: 'search',
    arguments: { query: 'white tea' },
  })
  expect(textOf(found)).toBe('Nothing was found.')
  await expect(connect({ role: 'viewer' })).rejects.toThrow('rag.query')
})

test('without a token it says where one is to be had', async () => {
  const answer = await app.request('/mcp', { method: 'POST', body: '{}' })
  expect(answer.status).toBe(401)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  const address = /^Bearer resource_metadata="([^"]+)"$/.exec(challenge)?.[1] ?? ''
  const metadata = await (await app.knock(new URL(address).pathname)).json()
  expect(metadata).toMatchObject({
    resource: 'http://localhost:8787/mcp',
    authorization_servers: ['http://localhost:8787'],
    bearer_methods_supported: ['header'],
  })
  expect(await (await app.knock('/.well-known/oauth-protected-resource')).json()).toEqual(metadata)
})

test.each([
  ['no JSON-RPC', { hello: 1 }, {}, 400],
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], {}, 400],
  [
    'a version nobody knows',
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { 'mcp-protocol-version': '1999-01-01' },
    400,
  ],
  ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, {}, 202],
  ['an answer nobody waits for', { jsonrpc: '2.0', id: 1, result: {} }, {}, 202],
])('%s is answered by its status', async (_, body, headers, status) => {
  const authorization = `Bearer ${await app.token()}`
  const answer = await app.request('/mcp', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(status)
})

test('a version we do not know is answered with ours, a method with an error', async () => {
  const call = async (method: string, params: object) =>
    (await app.send('POST', '/mcp', { jsonrpc: '2.0', id: 'a', method, params })).json()
  expect(await call('initialize', { protocolVersion: '1999-01-01' })).toMatchObject({
    id: 'a',
    result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
  })
  expect(await call('prompts/list', {})).toMatchObject({ id: 'a', error: { code: -32_601 } })
  expect(await call('tools/call', {})).toMatchObject({ error: { code: -32_602 } })
})

test('there are no sessions and no stream of the server’s own', async () => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await app.request('/mcp', { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  }
})
