/** The hub of an environment's flags with its sockets, and the streams that are bridged to it. */
import {
  createExecutionContext,
  env,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { afterEach, expect, test, vi } from 'vitest'
import { withTenant } from '../../shared/database.ts'
import { createApp } from '../../workers/app.ts'
import { hubOf } from '../../workers/flags/hub-client.ts'
import { flagEnvironments, flagOutbox } from '../../workers/flags/tables.ts'
import { epochOf, signTicket } from '../../workers/flags/ticket-service.ts'
import { type At, ctx, listen, payloadOf, place, publish } from './flag-places.ts'

const app = createApp()

afterEach(() => {
  vi.useRealTimers()
})

async function openStream(at: At, headers: Record<string, string> = {}, since = '') {
  const ticket = await signTicket(env, at, new Date())
  const path = `/ofrep/v1/stream?ticket=${ticket}${since && `&since=${since}`}`
  const response = await app.request(path, { headers }, env, createExecutionContext())
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream',
  ])
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    reader,
    async until(part: string) {
      while (!text.includes(part)) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`the stream ended: ${text}`)
        text += value
      }
      return text
    },
  }
}

test('a hub answers with the newest snapshot, and keeps it when it is evicted', async () => {
  const at = await place()
  expect(await hubOf(env, at).current(at)).toMatchObject({ version: 1, payload: payloadOf(1) })
  await evictDurableObject(env.FLAG_HUBS.getByName(`acme:${at.environment}`))
  expect(await hubOf(env, at).current(at)).toMatchObject({ version: 1 })
})

test('every socket is told of a new version, and the outbox is settled', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const all = await Promise.all(Array.from({ length: 20 }, () => listen(at, 1)))
  await publish(at.environment, 2)
  await hubOf(env, at).publish(at, 2)
  await vi.waitFor(() => {
    for (const { versions } of all) expect(versions).toEqual([2])
  })
  await vi.waitFor(async () => {
    const isIt = eq(flagOutbox.environment, at.environment)
    const [rows] = await withTenant(ctx).batch((tx) => [tx.select().from(flagOutbox).where(isIt)])
    expect(rows).toEqual([])
  })
})

test('who comes back with an older version is told at once, who has the newest is not', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const [late, fresh] = [await listen(at, 0), await listen(at, 1)]
  await vi.waitFor(() => expect(late.versions).toEqual([1]))
  expect(fresh.versions).toEqual([])
})

test('a publish that nobody told of is found by the alarm', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const { versions } = await listen(at, 1)
  await publish(at.environment, 2)
  expect(await runDurableObjectAlarm(env.FLAG_HUBS.getByName(`acme:${at.environment}`))).toBe(true)
  await vi.waitFor(() => expect(versions).toEqual([2]))
})

test.each([
  ['no JSON', '{'],
  ['no payload', '{"features":7}'],
  ['too deep a condition', JSON.stringify({ features: { flag: { rules: [deep()] } }, flags: {} })],
])('a snapshot that is %s replaces nothing', async (_name, payload) => {
  const at = await place()
  await hubOf(env, at).current(at)
  const { versions } = await listen(at, 1)
  await publish(at.environment, 2, payload)
  await hubOf(env, at).publish(at, 2)
  expect(await hubOf(env, at).current(at)).toMatchObject({ version: 1 })
  expect(versions).toEqual([])
})

function deep() {
  let condition: object = { a: 1 }
  for (let level = 0; level < 20; level++) condition = { $not: condition }
  return { condition, force: 1 }
}

test('what is gone from the database is forgotten, also while nobody asks', async () => {
  const at = await place()
  const hub = env.FLAG_HUBS.getByName(`acme:${at.environment}`)
  await hubOf(env, at).current(at)
  const { socket } = await listen(at, 1)
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  const isIt = eq(flagEnvironments.name, at.environment)
  await withTenant(ctx).batch((tx) => [tx.delete(flagEnvironments).where(isIt)])
  expect(await runDurableObjectAlarm(hub)).toBe(true)
  expect(await closed).toBe(1000)
  const kept = await runInDurableObject(hub, (_, { storage }) => [...storage.kv.list()])
  expect(kept).toEqual([])
  expect(await hubOf(env, at).current(at)).toBeNull()
})

test('a hub nobody listens to looks once a day whether its tenant is still there', async () => {
  const at = await place()
  const hub = env.FLAG_HUBS.getByName(`acme:${at.environment}`)
  await hubOf(env, at).current(at)
  const alarm = () => runInDurableObject(hub, (_, { storage }) => storage.getAlarm())
  const day = 24 * 60 * 60 * 1000
  expect(await alarm()).toBeGreaterThan(Date.now() + day - 60_000)
  await listen(at, 1)
  expect(await alarm()).toBeLessThanOrEqual(Date.now() + 60_000)
})

test('a stream ends by itself, so that its credential is looked at again', async () => {
  const at = await place()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  const stream = await openStream(at)
  await stream.until('retry: ')
  await vi.advanceTimersByTimeAsync(15 * 60 * 1000)
  await expect(stream.until('never said')).rejects.toThrow('the stream ended')
})

test('a stream brings OFREP’s events, with ids to resume from', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const stream = await openStream(at, {}, '1')
  await publish(at.environment, 2)
  await hubOf(env, at).publish(at, 2)
  const text = await stream.until('\n\nid: 2\n')
  await stream.until('refetchEvaluation')
  expect(text).toContain('event: message\ndata: {"type":"refetchEvaluation","etag":"2"')
  await stream.reader.cancel()
  const resumed = await openStream(at, { 'last-event-id': '1' })
  await resumed.until('id: 2\n')
  await resumed.reader.cancel()
})

test('a client that went away leaves no socket behind', async () => {
  const at = await place()
  const stream = await openStream(at)
  await stream.reader.cancel()
  await publish(at.environment, 2)
  await hubOf(env, at).publish(at, 2)
  const { versions } = await listen(at, 1)
  await vi.waitFor(() => expect(versions).toEqual([2]))
})

test('a ticket of one environment opens no other', async () => {
  const at = await place()
  const ticket = await signTicket(env, at, new Date())
  const [body] = ticket.split('.')
  expect(JSON.parse(atob(body ?? ''))).toEqual(['acme', at.environment, epochOf(new Date())])
  const forged = btoa(JSON.stringify(['globex', at.environment, epochOf(new Date())]))
  const path = `/ofrep/v1/stream?ticket=${forged}.${ticket.split('.')[1]}`
  expect((await app.request(path, {}, env, createExecutionContext())).status).toBe(401)
})

test('a stream says each 25 seconds that it is there', async () => {
  const at = await place()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  const stream = await openStream(at)
  await stream.until('retry: ')
  await vi.advanceTimersByTimeAsync(25_000)
  expect(await stream.until('\n\n:\n\n')).not.toContain('id:')
  await stream.reader.cancel()
})
