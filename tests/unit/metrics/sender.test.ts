import { expect, test } from 'vitest'
import { type Batch, keyOf, type Verdict } from '../../../shared/metrics-series.ts'
import { metricsOf } from '../../../shared/metrics.ts'

const LOGINS = 'voiceassist_user_logins_total'
const DROPPED = keyOf('voiceassist_metrics_batches_total', { result: 'dropped' })

function start(add: (batch: Batch) => Promise<Verdict>, changes: object = {}) {
  const deferred: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>) => void deferred.push(work)
  const settings = { METRICS_SHARDS: '3', METRICS_FLUSH_MS: '0', ENABLE_METRICS: 'true' }
  const names = new Set<string>()
  const getByName = (name: string) => {
    names.add(name)
    return { add }
  }
  const env = { METRICS: { getByName }, ...settings, ...changes }
  const settle = async () => {
    while (deferred.length > 0) await Promise.all(deferred.splice(0))
  }
  return { env, names, deferred, metrics: () => metricsOf(env, waitUntil), settle }
}

test('many updates are one batch, and an isolate stays with its shard', async () => {
  const sent: Batch[] = []
  const isolate = start(async (batch) => (sent.push(batch), 'applied'))
  for (let request = 0; request < 100; request++) isolate.metrics().inc(LOGINS, {})
  expect(isolate.deferred.length).toBe(1)
  await isolate.settle()
  isolate.metrics().inc(LOGINS, {}, 2)
  await isolate.settle()
  expect(sent.map(({ seq, counters }) => [seq, counters])).toEqual([
    [1, [[LOGINS, 100]]],
    [2, [[LOGINS, 2]]],
  ])
  expect(isolate.names.size).toBe(1)
})

test('a batch that failed goes again under its number, before those that came later', async () => {
  const sent: [seq: number, by: number | undefined][] = []
  let isDown = true
  const isolate = start(async ({ seq, counters }) => {
    if (isDown) throw new Error('gone')
    sent.push([seq, new Map(counters).get(LOGINS)])
    return 'applied'
  })
  isolate.metrics().inc(LOGINS, {}, 5)
  await isolate.settle()
  isDown = false
  isolate.metrics().inc(LOGINS, {}, 7)
  await isolate.settle()
  expect(sent).toEqual([
    [1, 5],
    [2, 7],
  ])
})

test('of more than fifty batches that wait the oldest is dropped, and counted', async () => {
  const sent: Batch[] = []
  let isDown = true
  const isolate = start(async (batch) => {
    if (isDown) throw new Error('gone')
    sent.push(batch)
    return 'applied'
  })
  for (let round = 1; round <= 53; round++) {
    isolate.metrics().inc(LOGINS, {}, round)
    await isolate.settle()
  }
  isDown = false
  isolate.metrics().inc(LOGINS, {}, 54)
  await isolate.settle()
  isolate.metrics()
  await isolate.settle()
  const counts = sent.flatMap(({ counters }) => counters.filter(([key]) => key === LOGINS))
  expect(counts.map(([, by]) => by)).toEqual(Array.from({ length: 50 }, (_, index) => index + 5))
  const dropped = sent.flatMap(({ counters }) => counters.filter(([key]) => key === DROPPED))
  expect(dropped.reduce((sum, [, by]) => sum + by, 0)).toBe(4)
})

test('where metrics are off nothing is kept or sent', async () => {
  const isolate = start(() => Promise.reject(new Error('never called')), {
    ENABLE_METRICS: 'false',
  })
  isolate.metrics().inc(LOGINS, {})
  expect(isolate.deferred.length).toBe(0)
})
