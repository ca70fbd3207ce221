/** Which assistant answers a voice session, as the door decides it. What it then does: tests/worker. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Assistant } from '../../workers/assistant/assistant-schemas.ts'
import { startApp, type TestApp } from './harness.ts'

let app: TestApp
let opened: Record<string, unknown>[] = []
beforeAll(async () => {
  app = await startApp()
  const object = {
    open: (_owner: unknown, opening: Record<string, unknown>) => void opened.push(opening),
    fetch: async () => {
      throw new Error('workerd goes on from here')
    },
  }
  Object.assign(app.env, { VOICE_SESSIONS: { getByName: () => object } })
})
beforeEach(() => {
  opened = []
})
afterAll(() => app.close())

async function make(slug: string, content: object): Promise<Assistant> {
  const body = { slug, content: { name: slug, ...content } }
  return (await app.send('POST', '/api/admin/assistants', body)).json<Assistant>()
}

/** What the door answers, before workerd takes over; and what the object was told. */
async function dial(model: string, tenant = 'acme') {
  const headers = { authorization: `Bearer ${await app.token({ tenant })}`, upgrade: 'websocket' }
  const response = await app.request(`/v1/realtime?model=${encodeURIComponent(model)}`, { headers })
  const { error } = await response.json<{ error: { code: string; param: string | null } }>()
  return { code: error.code, param: error.param, opening: opened.at(-1) }
}

test('a model that is an assistant, by slug or id, brings its version that is served', async () => {
  const one = await make('harbour-desk', { instructions: 'Speak of tides.', voice: 'ash' })
  const content = { name: 'harbour-desk', instructions: 'Speak of tides.', voice: 'ash' }
  for (const name of [one.slug, one.id]) {
    const { opening } = await dial(`assistant:${name}`)
    expect(opening).toMatchObject({ model: `assistant:${name}`, assistant: content })
  }
  const next = { content: { ...one.content, instructions: 'Speak of boats.' }, version: 1 }
  expect((await app.send('PUT', `/api/admin/assistants/${one.id}`, next)).status).toBe(200)
  const { opening } = await dial('assistant:harbour-desk')
  expect(opening).toMatchObject({ assistant: { instructions: 'Speak of boats.' } })
})

test('any other model is ours', async () => {
  const { opening } = await dial('voiceassist')
  expect(opening).toMatchObject({ model: 'voiceassist', assistant: undefined })
})

test('an unknown, an archived or another tenant’s assistant opens nothing and says so', async () => {
  const { id } = await make('night-desk', {})
  expect(await dial('assistant:no-such')).toEqual({
    code: 'not_found',
    param: 'model',
    opening: undefined,
  })
  expect(await dial('assistant:night-desk', 'globex')).toMatchObject({ code: 'not_found' })
  await app.send('PATCH', `/api/admin/assistants/${id}`, { archived: true })
  expect(await dial('assistant:night-desk')).toMatchObject({ code: 'conflict', param: 'model' })
  expect(opened).toEqual([])
  const session = { type: 'realtime', model: 'assistant:no-such' }
  const secret = await app.send('POST', '/v1/realtime/client_secrets', { session })
  expect(secret.status).toBe(404)
})
