/** Voice keys at their Durable Object: who wins the first dial, who comes back, who is turned away. */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { LIMITS } from '../../workers/voice/limits.ts'
import { TICKET } from '../../workers/voice/service.ts'
import type { Session } from '../../workers/voice/session.ts'
import { follow } from './voice-call.ts'

const permissions = new Set(['voice.start'])
const actor = { type: 'user', userId: 'ada', sessionId: 's1', permissions } as const
const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const owner = { tenantId: 'acme', actor, requestId: 'r1', traceparent }

const item = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

/** One key, dialled as the edge does it. */
function createKey(name: string, keyExpiresAt = Date.now() + 600_000) {
  const object = env.VOICE_SESSIONS.getByName(`acme:${name}`)
  const session = { type: 'realtime', instructions: 'Be brief.' } as const
  const opening = {
    sessionId: `0190-${name}`,
    model: 'voiceassist',
    session,
    keyExpiresAt,
    maker: 'allowed' as const,
  }
  async function dial() {
    const { verdict, ticket } = await object.admit(owner, opening)
    if (verdict === 'rival' || verdict === 'expired') return { verdict }
    const headers = { upgrade: 'websocket', [TICKET]: ticket }
    const response = await object.fetch('https://call/', { headers })
    return { verdict, call: response.webSocket ? follow(object, response.webSocket) : undefined }
  }
  const stored = () =>
    runInDurableObject(object, (_, { storage }) => storage.kv.get<Session>('session'))
  async function connect() {
    const { call } = await dial()
    if (!call) throw new Error('not connected')
    await call.until('session.created')
    return call
  }
  return { object, dial, connect, stored }
}

test('of ten first dials at once exactly one wins, and no other is answered', async () => {
  const key = createKey('ten')
  const dials = await Promise.all(Array.from({ length: 10 }, () => key.dial()))
  const verdicts = dials.map(({ verdict }) => verdict)
  expect(verdicts.toSorted()).toEqual(['first', ...Array.from({ length: 9 }, () => 'rival')])
  const [call] = dials.flatMap((dial) => dial.call ?? [])
  const created = await call!.until('session.created')
  expect(created).toMatchObject({ session: { id: '0190-ten', instructions: 'Be brief.' } })
  expect(call!.closes).toEqual([])
})

test('the key is used before anybody is answered', async () => {
  const key = createKey('durable')
  const admitted = key.object.admit(owner, {
    sessionId: '0190-durable',
    model: 'voiceassist',
    session: { type: 'realtime' },
    keyExpiresAt: Date.now() + 1000,
    maker: 'allowed',
  })
  await expect.poll(key.stored).toMatchObject({ id: '0190-durable' })
  expect((await admitted).verdict).toBe('first')
  await evictDurableObject(key.object)
  expect((await key.dial()).verdict).toBe('again')
})

test('coming back replaces the old connection and tells what was said', async () => {
  const key = createKey('back')
  const first = await key.connect()
  first.send(item('remember me'))
  await first.until('conversation.item.done')
  const second = await key.connect()
  await expect
    .poll(() => first.closes)
    .toEqual([{ code: 1012, reason: 'Another connection took over.' }])
  expect(await second.until('session.updated')).toMatchObject({ session: { id: '0190-back' } })
  expect(await second.until('conversation.item.done')).toMatchObject({
    item: { content: [{ text: 'remember me' }] },
  })
  second.send(item('and this'))
  await second.until('conversation.item.done', 2)
  expect(await key.stored()).toMatchObject({ phase: 'open', awaySince: null, dials: 2 })
})

test('a lost connection leaves the session waiting, also past the key’s own end', async () => {
  const key = createKey('lost', Date.now() + 2000)
  const first = await key.connect()
  first.send(item('remember me'))
  await first.until('conversation.item.done')
  first.socket.close(1001, 'the page is gone')
  await expect.poll(key.stored).toMatchObject({ phase: 'open', awaySince: expect.any(Number) })
  await new Promise((resolve) => setTimeout(resolve, 2100))
  const second = await key.connect()
  expect(await second.until('conversation.item.done')).toBeDefined()
})

test('an object that was moved meanwhile finds its session for who comes back', async () => {
  const key = createKey('moved')
  const first = await key.connect()
  first.send(item('remember me'))
  await first.until('conversation.item.done')
  await evictDurableObject(key.object, { webSockets: 'close' })
  const second = await key.connect()
  expect(await second.until('conversation.item.done')).toBeDefined()
})

test('a key that was not used in its time opens nothing', async () => {
  expect((await createKey('late', Date.now() - 1).dial()).verdict).toBe('expired')
})

test('whoever hangs up has ended the session, and the key is turned away', async () => {
  const key = createKey('over')
  const first = await key.connect()
  first.socket.close(1000)
  await expect.poll(() => first.closes, { timeout: 5000 }).toMatchObject([{ code: 1000 }])
  await expect.poll(key.stored).toMatchObject({ phase: 'ended' })
  const { call } = await key.dial()
  expect(await call!.until('error')).toMatchObject({ error: { code: 'session_ended' } })
  await expect.poll(() => call!.closes).toMatchObject([{ code: 1008 }])
})

test('when the grace is over so is the session', async () => {
  const key = createKey('grace')
  const first = await key.connect()
  first.socket.close(1001)
  await expect.poll(key.stored).toMatchObject({ awaySince: expect.any(Number) })
  const session = await key.stored()
  await runInDurableObject(key.object, (_, { storage }) =>
    storage.kv.put('session', { ...session, awaySince: Date.now() - LIMITS.graceMs }),
  )
  await evictDurableObject(key.object)
  await runDurableObjectAlarm(key.object)
  expect(await key.stored()).toMatchObject({ phase: 'ended' })
})

test('nobody connects without having been let in', async () => {
  const key = createKey('stranger')
  await key.connect()
  for (const ticket of [undefined, 'made-up']) {
    const headers = { upgrade: 'websocket', ...(ticket && { [TICKET]: ticket }) }
    expect((await key.object.fetch('https://call/', { headers })).status).toBe(409)
  }
})
