/** How many voice sessions a tenant may have open at once, counted in Upstash. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { edgeContext } from '../../workers/edge-context.ts'
import { freeLine, takeLine } from '../../workers/voice/lines-client.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app.close())

const contextOf = (tenantId: string, settings = {}) =>
  edgeContext(
    { ...app.env, VOICE_MAX_SESSIONS: '2', ...settings },
    {
      tenantId,
      actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
      requestId: 'r',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      waitUntil: (work) => app.execution.waitUntil(work),
    },
  )

test('so many are open at once, and no more; one that ends makes room', async () => {
  const ctx = contextOf('lines-one')
  await takeLine(ctx, 'a')
  await takeLine(ctx, 'b')
  await expect(takeLine(ctx, 'c')).rejects.toMatchObject({ code: 'rate_limited' })
  await takeLine(contextOf('lines-two'), 'c')
  await freeLine(ctx, 'a')
  await takeLine(ctx, 'c')
})

test('of many at once exactly as many as may be are let in', async () => {
  const ctx = contextOf('lines-race')
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => takeLine(ctx, `s${n}`)),
  )
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2)
  await takeLine(contextOf('lines-race', { VOICE_MAX_SESSIONS: '3' }), 'last')
})

test('a session that comes back has its line already', async () => {
  const ctx = contextOf('lines-back')
  await takeLine(ctx, 'a')
  await takeLine(ctx, 'b')
  await takeLine(ctx, 'b')
  await expect(takeLine(ctx, 'c')).rejects.toMatchObject({ code: 'rate_limited' })
})

test('a session nobody ended stops counting when its hour is over', async () => {
  const ctx = contextOf('lines-old')
  const past = { ...ctx, now: () => new Date(Date.now() - 61 * 60_000) }
  await takeLine(past, 'a')
  await takeLine(past, 'b')
  await expect(takeLine(ctx, 'c')).resolves.toBeUndefined()
})

test('the route says so before there is a session, and a token needs a session of the caller’s', async () => {
  const opened: unknown[] = []
  const object = {
    open: () => void opened.push('open'),
    readmit: async () => ({ verdict: 'unknown', ticket: '' }),
    fetch: async () => {
      throw new Error('workerd goes on from here')
    },
  }
  Object.assign(app.env, {
    VOICE_SESSIONS: { getByName: () => object },
    VOICE_MAX_SESSIONS: '0',
  })
  const headers = { authorization: `Bearer ${await app.token()}`, upgrade: 'websocket' }
  const full = await app.request('/v1/realtime?model=voiceassist', { headers })
  expect([full.status, full.headers.get('retry-after')]).toEqual([429, '30'])
  expect(opened).toEqual([])
  const lost = await app.request('/v1/realtime?model=voiceassist&resume=abc.def', { headers })
  expect(lost.status).toBe(404)
  const bad = await app.request('/v1/realtime?model=voiceassist&resume=abc', { headers })
  expect(bad.status).toBe(400)
})
