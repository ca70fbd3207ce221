/** What people get wrong, on the running stack: each gets a problem that says what to change. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { signIn } from './client.ts'

let directory: string
let stack: Stack
let client: Awaited<ReturnType<typeof signIn>>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, quiet: true, seedDocs: false })
  client = await signIn(stack)
})
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

const FLAGS = '/api/admin/feature-flags'
const ok = { name: 'fine', description: '', type: 'boolean', enabled: true, defaultValue: true }
const bytes = (size: number) => new Uint8Array(size).fill(97)

test.each([
  ['broken JSON', 400, /JSON/i, () => client.send('POST', FLAGS, '{"name":')],
  ['no body', 400, /./, () => client.send('POST', FLAGS)],
  [
    'a wrong content type',
    415,
    /./,
    () => client.send('POST', FLAGS, ok, { 'content-type': 'text/plain' }),
  ],
  ['an unknown field', 422, /./, () => client.send('POST', FLAGS, { ...ok, colour: 'red' })],
  ['a missing question', 422, /./, () => client.send('POST', '/api/ask', {})],
  ['an empty question', 422, /./, () => client.send('POST', '/api/ask', { question: ' ' })],
  ['no credential', 401, /token/i, () => fetch(`${stack.url}${FLAGS}`)],
  [
    'a mangled token',
    401,
    /./,
    () => client.send('GET', FLAGS, undefined, { authorization: 'Bearer a.b.c' }),
  ],
  ['a 0-byte file', 422, /empty/i, () => client.upload('empty.md', '', 'text/markdown')],
  [
    'a file that is not what it says',
    422,
    /pdf/,
    () => client.upload('a.pdf', 'hello', 'application/pdf'),
  ],
  [
    'an unknown type',
    415,
    /Markdown|PDF|\.md/,
    () => client.upload('a.exe', 'MZ', 'application/x-msdownload'),
  ],
  [
    'a 30 MB file',
    413,
    /25/,
    () => client.upload('big.txt', bytes(30 * 1024 * 1024), 'text/plain'),
  ],
  [
    'a body over a megabyte',
    413,
    /1 MiB/,
    () => client.send('POST', '/api/ask', { question: 'a'.repeat(2_000_000) }),
  ],
  ['an upload without a file', 422, /file/, () => uploadNothing()],
  [
    'an unknown document',
    404,
    /./,
    () => client.send('GET', '/api/admin/kb/documents/019a0000-0000-7000-8000-000000000000'),
  ],
])('%s is a problem that says so', async (_name, status, detail, request) => {
  const response = await request()
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  const problem = await response.json<{ detail: string; requestId: string }>()
  expect(problem).toMatchObject({ status })
  expect(problem.detail).toMatch(detail)
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
})

test('a wrong password and an unknown user are the same to a stranger', async () => {
  const attempt = (email: string) =>
    fetch(`${stack.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'not the password' }),
    })
  const [known, unknown] = await Promise.all([
    attempt(stack.owner.email),
    attempt('nobody@example.com'),
  ])
  expect([known.status, unknown.status]).toEqual([401, 401])
  const detailOf = async (response: Response) => (await response.json<{ detail: string }>()).detail
  expect(await detailOf(known)).toBe(await detailOf(unknown))
})

test('voice is for WebSockets, and says so', async () => {
  const response = await client.send('GET', '/v1/realtime?model=voiceassist')
  expect(response.status).toBe(426)
  expect(await response.json()).toMatchObject({ error: { code: 'upgrade_required' } })
})

async function uploadNothing(): Promise<Response> {
  const body = new FormData()
  body.set('note', 'no file here')
  const headers = { authorization: `Bearer ${client.accessToken}` }
  return fetch(`${stack.url}/api/admin/kb/documents`, { method: 'POST', headers, body })
}
