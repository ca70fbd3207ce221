/**
 * The metrics object in workerd, and what an isolate sends it: nothing is lost and nothing counted
 * twice while acknowledgements get lost. 2,000 requests by default, 100,000 with SOAK=1.
 */
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { expect, inject, test } from 'vitest'
import type { MetricsShard } from '../../../durable-objects/metrics-shard.ts'
import { type Batch, keyOf } from '../../../shared/metrics-series.ts'
import { metricsOf } from '../../../shared/metrics.ts'

declare module 'vitest' {
  interface ProvidedContext {
    soak: boolean
  }
}

const REQUESTS = inject('soak') ? 100_000 : 2000
/** Requests between two looks at the clock, at which batches may leave. */
const STRIDE = inject('soak') ? 100 : 10

const shardOf = (name: string): DurableObjectStub<MetricsShard> => env.METRICS.getByName(name)

const LOGINS = keyOf('voiceassist_user_logins_total', {})

const batch = (seq: number, changes: Partial<Batch> = {}): Batch => {
  const nothing = { histograms: [], gauges: [], leases: [] }
  return { isolate: 'a', seq, at: Date.now(), counters: [[LOGINS, 1]], ...nothing, ...changes }
}

const countOf = async (shard: DurableObjectStub<MetricsShard>, key: string) =>
  (await shard.read()).counters.get(key) ?? 0

/** The same numbers each time: failures must be repeatable. */
function createDice(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('with one in twenty acknowledgements lost, and as many batches, every request counts once', async () => {
  const real = shardOf('exact')
  const roll = createDice(7)
  const faults = { ack: 0, batch: 0 }
  const add = async (one: Batch) => {
    if (roll() < 0.05) {
      faults.batch++
      throw new Error('the batch was lost')
    }
    const verdict = await real.add(one)
    if (roll() >= 0.05) return verdict
    faults.ack++
    throw new Error('the acknowledgement was lost')
  }
  const settings = { METRICS_SHARDS: '1', METRICS_FLUSH_MS: '0', ENABLE_METRICS: 'true' }
  // Five isolates: each has its own environment.
  const isolates = Array.from({ length: 5 }, () => ({
    METRICS: { getByName: () => ({ add }) },
    ...settings,
  }))
  const deferred = new Set<Promise<unknown>>()
  const waitUntil = (work: Promise<unknown>) => {
    deferred.add(work)
    void work.then(() => deferred.delete(work))
  }
  const labels = { method: 'GET', endpoint: '/live', status: '200' } as const
  for (let sent = 0; sent < REQUESTS; sent++) {
    const metrics = metricsOf(isolates[sent % isolates.length]!, waitUntil)
    metrics.inc('http_requests_total', labels)
    metrics.observe('http_request_duration_seconds', { method: 'GET', endpoint: '/live' }, 0.02)
    if (sent % STRIDE === STRIDE - 1) await new Promise((resolve) => setTimeout(resolve, 0))
  }
  // What failed three times in a row waits for the next update.
  const key = keyOf('http_requests_total', labels)
  for (let round = 0; round < 20; round++) {
    for (const isolate of isolates) metricsOf(isolate, waitUntil)
    await Promise.all(deferred)
  }
  expect(await countOf(real, key)).toBe(REQUESTS)
  const { histograms } = await real.read()
  const duration = histograms.get(keyOf('http_request_duration_seconds', labels))
  expect(duration?.counts.reduce((sum, by) => sum + by, 0)).toBe(REQUESTS)
  expect(faults.ack).toBeGreaterThan(3)
  expect(faults.batch).toBeGreaterThan(3)
})

test('what was acknowledged is there after an eviction, before and after a snapshot', async () => {
  const shard = shardOf('evicted')
  for (let seq = 1; seq <= 5; seq++) expect(await shard.add(batch(seq))).toBe('applied')
  await evictDurableObject(shard)
  expect(await countOf(shard, LOGINS)).toBe(5)
  expect(await shard.add(batch(5))).toBe('duplicate')

  expect(await runDurableObjectAlarm(shard)).toBe(true)
  const rows = await runInDurableObject(shard, (_, { storage }) =>
    ['wal', 'snapshot', 'seen'].map(
      (table) => storage.sql.exec(`select * from ${table}`).toArray().length,
    ),
  )
  expect(rows).toEqual([0, 1, 1])
  await shard.add(batch(6))
  await evictDurableObject(shard)
  expect(await countOf(shard, LOGINS)).toBe(6)
  expect(await shard.add(batch(6))).toBe('duplicate')
})

test('a snapshot is cut into rows that storage takes', async () => {
  const shard = shardOf('large')
  const keys = Array.from({ length: 900 }, (_, index) => {
    const endpoint = `/${'long'.repeat(25)}/${index}`
    return [keyOf('http_request_duration_seconds', { method: 'GET', endpoint }), endpoint] as const
  })
  const counts = Array.from({ length: 11 }, () => 1_234_567)
  const histograms = keys.map(([key]) => [key, { counts, sum: 1 / 3 }] as const)
  await shard.add(batch(1, { histograms }))
  const requests = keys.map(([, endpoint]) =>
    keyOf('http_requests_total', { method: 'GET', endpoint, status: '200' }),
  )
  for (let seq = 2; seq < 6; seq++) {
    await shard.add(
      batch(seq, { counters: requests.map((key) => [key, 1_000_000 + seq] as const) }),
    )
  }
  const before = await shard.read()
  await runDurableObjectAlarm(shard)
  const parts = await runInDurableObject(shard, (_, { storage }) =>
    storage.sql.exec('select body from snapshot').toArray(),
  )
  expect(parts.length).toBeGreaterThan(1)
  await evictDurableObject(shard)
  expect(await shard.read()).toEqual(before)
})

test('what had been counted is marked each minute, kept by the hour, and then let go', async () => {
  const shard = shardOf('marked')
  const request = keyOf('http_requests_total', { method: 'GET', endpoint: '/live', status: '200' })
  await shard.add(batch(1, { counters: [[request, 3]] }))
  await runDurableObjectAlarm(shard)
  const minute = Math.floor(Date.now() / 60_000)
  const [first] = await shard.marks(minute)
  expect(first).toMatchObject({ requests: 3, refused: 0, failed: 0 })

  const day = 24 * 60
  const hour = Math.floor((minute - 10 * day) / 60) * 60
  const old = [minute - 31 * day, hour, hour + 7, hour + 59, minute - day, minute - day + 1]
  await runInDurableObject(shard, (_, { storage }) => {
    const body = JSON.stringify({ requests: 1, refused: 0, failed: 0, durations: [] })
    for (const at of old) storage.sql.exec('insert into marks values (?, ?)', at, body)
  })
  await shard.add(batch(2, { counters: [[request, 1]] }))
  await runDurableObjectAlarm(shard)
  const kept = (await shard.marks(0)).map((mark) => mark.minute)
  expect(kept.filter((at) => at < minute)).toEqual([hour + 59, minute - day, minute - day + 1])
  // The one before the stretch says where it begins.
  expect((await shard.marks(minute - day + 5))[0]?.minute).toBe(minute - day + 1)
})
