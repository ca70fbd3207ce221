/** The audit queue, delivered to the indexer's real handler. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { newId } from '../../shared/ids.ts'
import { canonical } from '../../workers/audit/canonical.ts'
import type { AuditMessage } from '../../workers/audit/schemas.ts'
import { startAudit, type TestAudit } from './audit-harness.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

let app: TestApp
let log: TestAudit
beforeAll(async () => {
  app = await startApp()
  log = await startAudit()
  Object.assign(app.env, log.env)
})
afterAll(() => Promise.all([app?.close(), log?.close()]))
afterEach(() => log.database.neon.setUp(true))

let tenant: string
let count = 0
beforeEach(() => void (tenant = `tenant-${++count}`))

function message(fields: object = {}): AuditMessage {
  const at = '2026-11-20T12:00:00.000Z'
  const who = { tenant, actor: 'ada', actorType: 'user' } as const
  const trace = { requestId: 'r1', traceId: 'a'.repeat(32) }
  const entry = { v: 1, id: newId(new Date(at)), event: 'authz.denied', outcome: 'denied' } as const
  return { at, entry: { ...entry, ...who, ...trace, ...fields } }
}
const put = (bodies: readonly unknown[], queue = 'audit') => deliver(app, bodies, { queue })
const acks = (length: number) => Array.from({ length }, () => ({ type: 'ack' }))

test('a batch is appended in its order, one round trip per tenant', async () => {
  const bodies = Array.from({ length: 100 }, (_, n) => message({ facts: { n } }))
  bodies.push(message({ tenant: 'elsewhere' }))
  const before = log.database.neon.roundTrips()
  expect(await put(bodies)).toEqual(acks(101))
  expect(log.database.neon.roundTrips() - before).toBe(2)
  const rows = await log.readChain(tenant)
  expect(rows.map(({ body }) => body)).toEqual(
    bodies.slice(0, 100).map(({ entry }) => canonical(entry)),
  )
  expect(await log.verdict(tenant)).toMatchObject({ seq: 100 })
  expect(await log.verdict('elsewhere')).toMatchObject({ seq: 1 })
})

test('what is delivered twice is written once', async () => {
  const bodies = [message(), message(), message()]
  await put(bodies)
  expect(await put([...bodies, message()])).toEqual(acks(4))
  expect(await log.verdict(tenant)).toMatchObject({ seq: 4, length: 4 })
})

test('a message that is no entry is dropped, the others are not', async () => {
  const noise = vi.spyOn(console, 'log').mockReturnValue()
  const odd = [
    {},
    'text',
    { ...message(), more: 1 },
    message({ event: 'made.up' }),
    message({ password: 'x' }),
  ]
  expect(await put([...odd, message()])).toEqual(acks(6))
  expect(await log.verdict(tenant)).toMatchObject({ seq: 1 })
  expect(noise).toHaveBeenCalledTimes(odd.length)
  noise.mockRestore()
})

test('an entry Postgres refuses fails alone, and comes back later', async () => {
  const noise = vi.spyOn(console, 'log').mockReturnValue()
  await log.owner.query(
    `alter table audit_log add constraint poison check (body not like '%poison%') not valid`,
  )
  const bodies = Array.from({ length: 9 }, (_, n) => message(n === 4 ? { actor: 'poison' } : {}))
  const verdicts = await put(bodies)
  expect(verdicts.map(({ type }) => type)).toEqual(
    bodies.map((_, n) => (n === 4 ? 'retry' : 'ack')),
  )
  expect(await log.verdict(tenant)).toMatchObject({ seq: 8, length: 8 })

  await log.owner.query('alter table audit_log drop constraint poison')
  expect(await put([bodies[4]])).toEqual(acks(1))
  expect(await log.verdict(tenant)).toMatchObject({ seq: 9 })
  noise.mockRestore()
})

test('while the database is down, all come back later', async () => {
  const noise = vi.spyOn(console, 'log').mockReturnValue()
  log.database.neon.setUp(false)
  const verdicts = await put([message(), message()])
  expect(verdicts).toEqual([1, 2].map(() => ({ type: 'retry', delaySeconds: 2 })))
  noise.mockRestore()
})

test('of a dead message the log line is left, whole', async () => {
  const noise = vi.spyOn(console, 'log').mockReturnValue()
  const body = message()
  expect(await put([body], 'audit-dead')).toEqual(acks(1))
  expect(JSON.parse(String(noise.mock.lastCall?.[0]))).toMatchObject({
    level: 'error',
    audit: body,
  })
  noise.mockRestore()
})
