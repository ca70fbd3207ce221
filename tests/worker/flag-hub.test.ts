/** The hub of an environment's flags with its sockets, and the streams that are bridged to it. */
import {
  createExecutionContext,
  env,
  evictDurableObject,
  runDurableObjectAlarm,
} from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { afterEach, expect, test, vi } from 'vitest'
import { withTenant } from '../../shared/database.ts'
import { traceparentOf } from '../../shared/trace.ts'
import { createApp } from '../../workers/app.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import { connectHub, hubOf } from '../../workers/flags/hub-client.ts'
import { digest } from '../../workers/flags/snapshot-service.ts'
import { flagEnvironments, flagOutbox, flagSnapshots } from '../../workers/flags/tables.ts'
import { epochOf, signTicket } from '../../workers/flags/ticket-service.ts'

const app = createApp()
let places = 0

afterEach(() => {
  vi.useRealTimers()
})

const ctx = edgeContext(env, {
  tenantId: 'acme',
  actor: { type: 'system', job: 'test' },
  requestId: 'test',
  traceparent: traceparentOf(undefined),
  waitUntil: () => {},
})

/** An environment of its own for each test, with one snapshot. */
async function place() {
  const [tenantId, environment] = ['acme', `hub-${++places}`]
  const [createdAt, updatedAt] = [new Date(), new Date()]
  const row = { tenantId, name: environment, description: '', createdAt, updatedAt }
  await withTenant(ctx).batch((tx) => [tx.insert(flagEnvironments).values(row)])
  await publish(environment, 1)
  return { tenantId, environment }
}

async function publish(environment: string, version: number, payload = payloadOf(version)) {
  const row = { tenantId: 'acme', environment, version, createdAt: new Date() }
  const sha256 = await digest(payload)
  await withTenant(ctx).batch((tx) => [
    tx.insert(flagSnapshots).values({ ...row, sha256, payload }),
    tx.insert(flagOutbox).values(row),
  ])
}

const payloadOf = (version: number) =>
  JSON.stringify({ features: { flag: { defaultValue: version } }, savedGroups: {}, flags: {} })

type At = Awaited<ReturnType<typeof place>>

async function listen(at: At, since: number) {
  const socket = await connectHub(env, at, since)
  const versions: number[] = []
  socket.addEventListener('message', ({ data }) => {
    versions.push(Number(JSON.parse(String(data)).version))
  })
  return { socket, versions }
}

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
