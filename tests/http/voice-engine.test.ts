/** Which engine carries out a turn when the speech model fails, in this isolate and in others. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { edgeContext } from '../../workers/edge-context.ts'
import { withBill } from '../../workers/usage/service.ts'
import { createEngine } from '../../workers/voice/engine-service.ts'
import type { SlowEffect } from '../../workers/voice/session.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterAll(() => app.close())

let model = ''
beforeEach(() => void (model = crypto.randomUUID()))

const UTTERANCE: SlowEffect = {
  type: 'transcribe',
  itemId: 'i1',
  fromMs: 0,
  toMs: 100,
  vadMs: null,
  hints: {},
  isConversation: true,
  pause: null,
}

/** A session in an isolate of its own, whose speech model fails while it is broken. */
function startSession(settings: object = {}) {
  const env = { ...app.env, VOICE_ENGINE: 'relay', REALTIME_MODEL: model, ...settings }
  const line = { isBroken: true, tries: 0 }
  const deferred: Promise<unknown>[] = []
  const engine = createEngine({
    name: 'relay',
    close: () => undefined,
    async *perform() {
      line.tries++
      if (line.isBroken) throw new Error('the model is not there')
      yield { type: 'transcribed', itemId: 'i1', text: 'hello', seconds: 1 }
    },
  })
  async function transcribe() {
    const ctx = edgeContext(env, {
      tenantId: 'acme',
      actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
      requestId: 'r',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      waitUntil: (work) => void deferred.push(work),
    })
    const { signal } = new AbortController()
    const outcomes = await Array.fromAsync(
      engine.perform(withBill(ctx, 'call'), UTTERANCE, new Int16Array(2400), signal),
    )
    await Promise.all(deferred)
    return outcomes.map(({ type }) => type)
  }
  return { line, transcribe }
}

test('a speech model that fails is replaced within the turn', async () => {
  const { transcribe } = startSession()
  expect(await transcribe()).toEqual(['failed_over', 'transcribed'])
})

test('what failed three times is not tried by sessions elsewhere, not even first', async () => {
  const first = startSession()
  for (let time = 0; time < 3; time++) await first.transcribe()
  expect(await first.transcribe()).toEqual(['transcribed'])
  expect(first.line.tries).toBe(3)
  const elsewhere = startSession()
  expect(await elsewhere.transcribe()).toEqual(['transcribed'])
  expect(elsewhere.line.tries).toBe(0)
})

test('failures of several sessions count together, and of another model not at all', async () => {
  for (let time = 0; time < 3; time++) await startSession().transcribe()
  const same = startSession()
  await same.transcribe()
  expect(same.line.tries).toBe(0)
  model = crypto.randomUUID()
  const other = startSession()
  other.line.isBroken = false
  expect(await other.transcribe()).toEqual(['transcribed'])
  expect(other.line.tries).toBe(1)
})

test('the cascade asks no gate', async () => {
  const session = startSession({ VOICE_ENGINE: 'cascade' })
  expect(await session.transcribe()).toEqual(['transcribed'])
  expect(session.line.tries).toBe(0)
})
