/** MCP servers of others: added within the allow-list, tested, their tools chosen, called, given up. */
import { createServer, type Server } from 'node:http'
import { McpServer as SdkServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { at, openPage, openSignedIn, overflowOf, violationsOf } from './browser.ts'
import { arrived, call, enroll, newEmail, ownerToken, signInAs } from './people.ts'

const SECRET = 'Bearer secret-of-the-shop'
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

let remote: Server
beforeAll(async () => {
  remote = createServer((request, response) => {
    const answer = async () => {
      if (request.headers.authorization !== SECRET) return void response.writeHead(401).end()
      const server = new SdkServer({ name: 'shop', version: '1' })
      server.registerTool(
        'find_customer',
        {
          description: 'Finds a customer.',
          inputSchema: { name: z.string() },
          annotations: { readOnlyHint: true },
        },
        async ({ name }) => ({ content: [{ type: 'text', text: `${name} buys coffee.` }] }),
      )
      server.registerTool('delete_customer', { description: 'Deletes one.' }, async () => ({
        content: [{ type: 'text', text: 'Deleted.' }],
      }))
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
      response.on('close', () => void transport.close())
      await server.connect(transport)
      await transport.handleRequest(request, response)
    }
    void answer().catch(() => response.destroy())
  })
  const { port, hostname } = new URL(inject('consoleUnderTest').mcpOrigin)
  await new Promise<void>((resolve) => remote.listen(Number(port), hostname, resolve))
})
afterAll(async () => {
  remote.closeAllConnections()
  await new Promise((resolve) => remote.close(resolve))
})

test('one is added, its tools are chosen and called, and it is removed', async () => {
  const page = await openSignedIn('/mcp-servers')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Add server' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('shop')
  await dialog.getByLabel('Address').fill('https://elsewhere.example.com/mcp')
  await dialog.getByLabel('Header').fill('Authorization')
  await dialog.getByLabel('Value').fill(SECRET)
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Add server' }).click()
  await dialog.getByRole('alert').getByText('MCP_HOSTS').waitFor()
  await dialog.getByLabel('Address').fill(`${inject('consoleUnderTest').mcpOrigin}/mcp`)
  await dialog.getByRole('button', { name: 'Add server' }).click()
  const tools = page.getByRole('dialog', { name: 'Tools of shop' })
  await tools.getByLabel('find_customer').check()
  await tools.getByText('asks the user before each call').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await tools.getByRole('button', { name: 'Save choice' }).click()
  await page.getByText('1 tool is chosen.').waitFor()
  const row = rowOf(page, 'shop')
  await row.getByText('Headers: Authorization').waitFor()
  expect(await page.content()).not.toContain(SECRET)
  await row.getByRole('button', { name: 'Test shop' }).click()
  await page.getByText('shop answers, with 2 tools.').waitFor()

  const message = 'call shop__find_customer {"name":"Ada"}'
  const reply = await call<{ text: string }>(
    '/api/assistant/messages',
    { message },
    await ownerToken(),
  )
  expect(reply.text).toContain('Ada buys coffee.')
  await row.getByRole('switch', { name: 'Let assistants call shop' }).click()
  await page.getByText('shop is changed.').waitFor()
  await row.getByRole('button', { name: 'Remove shop' }).click()
  await page.keyboard.type('shop')
  await page.keyboard.press('Enter')
  await page.getByText('No servers yet').waitFor()
})

test('one that does not answer says so, and on a phone as well', async () => {
  const url = `${inject('consoleUnderTest').mcpOrigin}/mcp`
  const token = await ownerToken()
  const { id } = await call<{ id: string }>('/api/admin/mcp-servers', { name: 'mute', url }, token)
  const options = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }
  const page = await openSignedIn('/mcp-servers', { options })
  await rowOf(page, 'mute').getByRole('button', { name: 'Test mute' }).click()
  await page.getByText('mute does not answer as it should.').waitFor()
  expect(await overflowOf(page)).toBe(0)
  await page.goto(at(`/mcp-servers?server=${id}`))
  await page.getByText('The server could not be asked.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await call(`/api/admin/mcp-servers/${id}`, undefined, token, 'DELETE')
})

test('whoever may not manage keys has no such page; it speaks Russian', async () => {
  const email = newEmail('guest')
  await enroll(email, 'Guest')
  const page = await openPage()
  await signInAs(page, email)
  await arrived(page)
  await page.goto(at('/mcp-servers'))
  await page.getByText('key.manage').waitFor()
  const russian = await openSignedIn('/mcp-servers', { options: { locale: 'ru-RU' } })
  const heading = russian.getByRole('heading', { level: 1 })
  expect(await heading.textContent()).toBe('Серверы MCP')
})
