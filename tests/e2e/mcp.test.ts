/** The MCP server of a running stack, by the official client: what it says of signing in, and its tools. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { signIn } from './client.ts'

let directory: string
let stack: Stack
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, quiet: true })
})
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

test('a client without a credential is told where to get one, by the identity Worker', async () => {
  const address = `${stack.url}/mcp`
  const refused = await fetch(address, { method: 'POST', body: '{}' })
  expect(refused.status).toBe(401)
  const named = /resource_metadata="([^"]+)"/.exec(
    refused.headers.get('www-authenticate') ?? '',
  )?.[1]
  const resource = await discoverOAuthProtectedResourceMetadata(address, {
    resourceMetadataUrl: named ?? 'missing',
  })
  expect(new URL(resource.resource).pathname).toBe('/mcp')
  const [issuer = ''] = resource.authorization_servers ?? []
  const server = await discoverAuthorizationServerMetadata(issuer)
  expect(server).toMatchObject({
    issuer,
    authorization_endpoint: expect.stringContaining(stack.url),
    token_endpoint: expect.stringContaining(stack.url),
    code_challenge_methods_supported: expect.arrayContaining(['S256']),
  })
})

test('with one it lists the tools and finds what a document says', async () => {
  const { accessToken, index } = await signIn(stack)
  await index(
    'tea.md',
    '# Tea\n\nWhite tea is brewed at 80 degrees for two minutes.',
    'text/markdown',
  )
  const transport = new StreamableHTTPClientTransport(new URL(`${stack.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${accessToken}` } },
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['ask', 'search', 'flag'])
  const asked = await client.callTool({
    name: 'ask',
    arguments: { question: 'How hot is white tea brewed?' },
  })
  expect(JSON.stringify(asked.content)).toContain('80 degrees')
  const unknown = await client.callTool({ name: 'flag', arguments: { key: 'nothing-such' } })
  expect(unknown.content).toBeDefined()
  await client.close()
})
