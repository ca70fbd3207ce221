/** Coming back to a session without a voice key: by the token that it gave, and as who opened it. */
import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { TICKET } from '../../workers/voice/service.ts'
import { dial, follow } from './voice-call.ts'

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const callerOf = (userId: string) => {
  const permissions = new Set(['voice.start'])
  const actor = { type: 'user', userId, sessionId: 's2', permissions } as const
  return { tenantId: 'acme', actor, requestId: 'r2', traceparent }
}
const item = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

async function again(name: string, token: unknown, userId = 'ada') {
  const object = env.VOICE_SESSIONS.getByName(name)
  const { verdict, ticket } = await object.readmit(callerOf(userId), String(token))
  if (verdict !== 'again') return { verdict, call: undefined }
  const headers = { upgrade: 'websocket', [TICKET]: ticket }
  const response = await object.fetch('https://call/', { headers })
  return { verdict, call: follow(object, response.webSocket!) }
}

test('a lost socket is replaced, and nothing that was said is lost', async () => {
  const call = await dial('acme:resume')
  const { token, grace_ms } = await call.until('voiceassist.resume')
  expect(grace_ms).toBe(120_000)
  call.send(item('remember me'))
  await call.until('conversation.item.done')
  call.socket.close(1001)
  const { call: next } = await again('acme:resume', token)
  const created = await next!.until('session.created')
  const known = call.named('session.created')[0]!['session'] as { id: string }
  expect(created).toMatchObject({ session: { id: known.id } })
  expect(await next!.until('conversation.item.done')).toMatchObject({
    item: { content: [{ text: 'remember me' }] },
  })
  expect(next!.named('session.updated')).toHaveLength(1)
})

test('it survives an eviction, and the old socket makes room', async () => {
  const call = await dial('acme:resume-evicted')
  const { token } = await call.until('voiceassist.resume')
  await evictDurableObject(call.object)
  const { call: next } = await again('acme:resume-evicted', token)
  await next!.until('session.updated')
  await expect.poll(() => call.closes).toMatchObject([{ code: 1012 }])
})

test.each([
  ['another user', 'eve', undefined],
  ['a wrong token', 'ada', '0190-x.wrong'],
])('%s finds no session', async (_name, userId, wrong) => {
  const name = `acme:resume-${userId}`
  const call = await dial(name)
  const { token } = await call.until('voiceassist.resume')
  expect((await again(name, wrong ?? token, userId)).verdict).toBe('unknown')
  expect(call.closes).toEqual([])
})

test('a session that was never there is none', async () => {
  expect((await again('acme:resume-nowhere', '0190-x.y')).verdict).toBe('unknown')
})

test('after hanging up, the token is told that the session has ended', async () => {
  const call = await dial('acme:resume-ended')
  const { token } = await call.until('voiceassist.resume')
  call.socket.close(1000)
  await expect
    .poll(async () => {
      const { call: next } = await again('acme:resume-ended', token)
      await expect.poll(() => next!.closes.length).toBeGreaterThan(0)
      return next!.closes
    })
    .toMatchObject([{ code: 1008 }])
})

test('a crash of the object loses no item', async () => {
  const call = await dial('acme:resume-crash')
  const { token } = await call.until('voiceassist.resume')
  call.send(item('remember me'))
  await call.until('conversation.item.done')
  await runInDurableObject(call.object, (_, state) => state.abort()).catch(() => undefined)
  await expect.poll(() => call.closes.length).toBe(1)
  const { call: next } = await again('acme:resume-crash', token)
  expect(await next!.until('conversation.item.done')).toMatchObject({
    item: { content: [{ text: 'remember me' }] },
  })
})

test('a session nobody speaks in hibernates with its socket open', async () => {
  const call = await dial('acme:hibernates')
  call.append(new Int16Array(2400))
  call.send(item('remember me'))
  await call.until('conversation.item.done')
  await runInDurableObject(call.object, (object) => void Reflect.set(object, 'mark', 'here'))
  // The platform may let go of an object that has been idle for ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  call.send({ type: 'response.cancel' })
  await call.until('error')
  const mark: unknown = await runInDurableObject(call.object, (object) =>
    Reflect.get(object, 'mark'),
  )
  expect(mark).toBeUndefined()
  expect(call.closes).toEqual([])
}, 60_000)
