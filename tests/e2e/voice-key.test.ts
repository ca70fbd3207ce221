/** Voice keys on the running stack, with OpenAI's own client and with a browser's WebSocket. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Stack, startStack } from '../../local/supervisor/stack.ts'
import { signIn } from './client.ts'
import { dial } from './realtime-client.ts'

/** The stack shares its machine. */
const PATIENCE = { timeout: 15_000 }

let directory: string
let stack: Stack
let apiKey: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'voiceassist-'))
  stack = await startStack({ directory, port: 0, tlsPort: 0, seedDocs: false })
  const client = await signIn(stack)
  const given = { name: 'Kiosk', scopes: ['voice.start', 'rag.query'] }
  const response = await client.send('POST', '/api/admin/api-keys', given)
  apiKey = (await response.json<{ key: string }>()).key
}, 240_000)
afterAll(async () => {
  await stack?.stop()
  await rm(directory, { recursive: true, force: true })
})

/** As a server does it: its API key buys a key for one page. */
async function buy(seconds = 600): Promise<string> {
  const client = new OpenAI({ apiKey, baseURL: `${stack.url}/v1` })
  const secret = await client.realtime.clientSecrets.create({
    expires_after: { anchor: 'created_at', seconds },
    session: { type: 'realtime', output_modalities: ['text'] },
  })
  return secret.value
}

/** As a browser dials, whose credential is a subprotocol. @returns what became of it */
async function knock(key: string) {
  const url = `${stack.url.replace('http', 'ws')}/v1/realtime?model=voiceassist`
  const socket = new WebSocket(url, ['realtime', `openai-insecure-api-key.${key}`])
  const frames: { type: string; session?: { id: string }; item?: unknown }[] = []
  const closes: number[] = []
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())))
  socket.on('close', (code) => closes.push(code))
  const status = await new Promise<number>((resolve) => {
    socket.on('upgrade', () => resolve(101))
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
  return { status, socket, frames, closes }
}

test('an API key opens a voice session, and so does the voice key it buys', async () => {
  for (const credential of [apiKey, await buy()]) {
    const call = await dial(stack, credential)
    expect((await call.until('session.created')).session).toMatchObject({ type: 'realtime' })
    call.realtime.close()
  }
})

test('of ten dials at once one is connected in the end, and the session is one', async () => {
  const key = await buy()
  const dials = await Promise.all(Array.from({ length: 10 }, () => knock(key)))
  const isOpen = ({ status, closes }: (typeof dials)[number]) =>
    status === 101 && closes.length === 0
  await expect.poll(() => dials.filter(isOpen).length, PATIENCE).toBe(1)
  for (const { status } of dials) expect([101, 409]).toContain(status)
  const ids = () =>
    dials.flatMap(({ frames }) => frames.flatMap(({ session }) => session?.id ?? []))
  await expect.poll(() => new Set(ids()).size, PATIENCE).toBe(1)
  dials.find(isOpen)?.socket.close(1000)
})

test('a page that lost its connection comes back to the conversation', async () => {
  const key = await buy()
  const call = await dial(stack, key)
  await call.until('session.created')
  const content = [{ type: 'input_text' as const, text: 'remember me' }]
  call.realtime.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content },
  })
  await call.until('conversation.item.done')
  const second = await knock(key)
  expect(second.socket.protocol).toBe('realtime')
  await expect
    .poll(
      () => JSON.stringify(second.frames.filter(({ type }) => type.endsWith('item.done'))),
      PATIENCE,
    )
    .toContain('remember me')

  second.socket.terminate()
  const third = await knock(key)
  await expect
    .poll(() => third.frames.map(({ type }) => type), PATIENCE)
    .toContain('conversation.item.done')
  third.socket.close(1000)
  await expect.poll(() => third.closes, PATIENCE).toEqual([1000])
  const late = await knock(key)
  await expect.poll(() => late.closes, PATIENCE).toEqual([1008])
})
