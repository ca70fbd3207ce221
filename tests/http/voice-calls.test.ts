/** Supervisors at the edge's door: hanging up, referring, and the sideband of a session. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp, type Who } from './harness.ts'

let app: TestApp
const CALL = '019a0000-0000-7000-8000-000000000002'
const SUPERVISOR: Who = { role: 'admin', subject: 'grace' }
const ADA: Who = { role: 'user' }

beforeAll(async () => {
  app = await startApp()
})
afterEach(() => app.settle())
afterAll(() => app.close())

test('a supervisor hangs up a session that runs; one that does not is not there', async () => {
  const path = `/v1/realtime/calls/${CALL}`
  expect((await app.send('POST', `${path}/hangup`, undefined, ADA)).status).toBe(403)
  app.voiceObjects.live.add(`acme:${CALL}`)
  expect((await app.send('POST', `${path}/hangup`, undefined, SUPERVISOR)).status).toBe(200)
  await app.settle()
  expect(JSON.stringify(app.audited)).toContain('voice.hangup')
  const elsewhere = { ...SUPERVISOR, tenant: 'globex' }
  expect((await app.send('POST', `${path}/hangup`, undefined, elsewhere)).status).toBe(404)
})

test('a session over a WebSocket cannot be referred, and says why', async () => {
  const path = `/v1/realtime/calls/${CALL}/refer`
  app.voiceObjects.live.add(`acme:${CALL}`)
  const refused = await app.send('POST', path, { target_uri: 'tel:+15550100' }, SUPERVISOR)
  expect(refused.status).toBe(409)
  expect(await refused.json()).toMatchObject({
    error: { message: expect.stringContaining('only telephone calls') },
  })
  expect((await app.send('POST', path, {}, SUPERVISOR)).status).toBe(400)
})

test('a sideband is for supervisors, and needs no model', async () => {
  const path = `/v1/realtime?call_id=${CALL}`
  expect((await app.send('GET', path, undefined, ADA)).status).toBe(403)
  expect((await app.send('GET', path, undefined, SUPERVISOR)).status).toBe(426)
  expect((await app.send('GET', '/v1/realtime?call_id=x', undefined, SUPERVISOR)).status).toBe(400)
})
