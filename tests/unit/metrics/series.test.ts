import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OPEN } from '../../../shared/metric.ts'
import { CATALOGUE, type MetricName } from '../../../shared/metrics-catalogue.ts'
import { createRecorder } from '../../../shared/metrics-recorder.ts'
import {
  applyBatch,
  type Batch,
  emptySeries,
  expireSeries,
  EXPIRY_MS,
  keyOf,
  partsOf,
} from '../../../shared/metrics-series.ts'
import { packSeries, unpackSeries } from '../../../shared/metrics-snapshot.ts'

const LOGINS = keyOf('voiceassist_user_logins_total', {})
const DEPTH = keyOf('voiceassist_queue_depth', { queue: 'documents' })
const SESSIONS = keyOf('voiceassist_voice_sessions_active', {})
const CITATIONS = 'voiceassist_rag_citations_per_query'

const batch = (changes: Partial<Batch> = {}): Batch => {
  const nothing = { counters: [], histograms: [], gauges: [], leases: [] }
  return { isolate: 'a', seq: 1, at: 1000, ...nothing, ...changes }
}

describe('the catalogue', () => {
  test.each(Object.entries(CATALOGUE))('%s is well formed', (name, metric) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(metric.type === 'counter').toBe(name.endsWith('_total') && metric.type !== 'gauge')
    expect(metric.help).toMatch(/^\S.*\.$/)
    expect(metric.unit === 'none').toBe(!/_(seconds|bytes|ratio)$/.test(name))
    const ascending = metric.buckets.toSorted((a, b) => a - b)
    expect(metric.buckets).toEqual(ascending)
    expect(metric.buckets.length > 0).toBe(metric.type === 'histogram')
  })

  test('labels are open only for what the code or the deployment names', () => {
    const open = Object.values(CATALOGUE).flatMap(({ labels }) =>
      Object.entries(labels).flatMap(([label, values]) => (values === OPEN ? [label] : [])),
    )
    expect(new Set(open)).toEqual(
      new Set([
        'endpoint',
        'status',
        'model',
        'provider',
        'tool',
        'namespace',
        'service',
        'metric',
        'version',
      ]),
    )
  })
})

describe('keys', () => {
  test.each([
    [{ flag_name: 'ada@example.com', result: 'found' }, ['__other__', 'found']],
    [{ flag_name: 'beta_features', result: 'found' }, ['beta_features', 'found']],
    [{}, ['__other__', '__other__']],
  ])('a value that is not listed is no label: %j', (labels, values) => {
    const key = keyOf('voiceassist_feature_flag_checks_total', labels)
    expect(partsOf(key)).toEqual(['voiceassist_feature_flag_checks_total', ...values])
  })

  test('an open label takes printable text of a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (version) => {
        const [, value = ''] = partsOf(keyOf('voiceassist_build_info', { version }))
        expect(value).toMatch(/^[\x20-\x7e]{1,120}$/)
      }),
    )
  })
})

describe('batches', () => {
  test('one that comes again changes nothing', () => {
    const series = emptySeries()
    const once = batch({ counters: [[LOGINS, 3]] })
    expect(applyBatch(series, once, 1000)).toBe('applied')
    expect(applyBatch(series, once, 1000)).toBe('duplicate')
    expect(series.counters.get(LOGINS)).toBe(3)
  })

  test('one that is ten minutes late is dropped and counted', () => {
    const series = emptySeries()
    const late = batch({ counters: [[LOGINS, 1]] })
    expect(applyBatch(series, late, 1001 + EXPIRY_MS)).toBe('expired')
    expect(series.counters.get(LOGINS)).toBeUndefined()
    const key = keyOf('voiceassist_metrics_batches_total', { result: 'expired' })
    expect(series.counters.get(key)).toBe(1)
  })

  test('isolates may come in any order, each batch any number of times', () => {
    const isolate = fc.constantFrom('a', 'b', 'c')
    const amount = fc.integer({ min: 1, max: 9 })
    const arbitrary = fc.array(fc.tuple(isolate, amount, fc.integer({ min: 1, max: 3 })))
    fc.assert(
      fc.property(arbitrary, fc.integer(), (given, seed) => {
        const seqs = new Map<string, number>()
        const batches = given.flatMap(([name, by, times]) => {
          const seq = (seqs.get(name) ?? 0) + 1
          seqs.set(name, seq)
          const gauge = [DEPTH, by, by] as const
          const one = batch({ isolate: name, seq, counters: [[LOGINS, by]], gauges: [gauge] })
          return Array.from({ length: times }, () => one)
        })
        const inOrder = emptySeries()
        for (const one of batches) applyBatch(inOrder, one, 1000)
        const others = emptySeries()
        const rank = (name: string) => (name.charCodeAt(0) * 31 + seed) % 7
        const reordered = batches.toSorted((a, b) => rank(a.isolate) - rank(b.isolate))
        for (const one of reordered) applyBatch(others, one, 1000)
        expect(others.counters.get(LOGINS)).toBe(inOrder.counters.get(LOGINS))
        expect(others.gauges).toEqual(inOrder.gauges)
        const sum = given.reduce((total, [, by]) => total + by, 0)
        expect(inOrder.counters.get(LOGINS) ?? 0).toBe(sum)
      }),
    )
  })

  test('label sets beyond a metric’s limit become one, and are counted', () => {
    const series = emptySeries()
    const { maxSeries } = CATALOGUE.voiceassist_openai_api_calls_total
    const keys = Array.from({ length: maxSeries + 7 }, (_, model) =>
      keyOf('voiceassist_openai_api_calls_total', { model: `m${model}`, purpose: 'answer' }),
    )
    applyBatch(series, batch({ counters: keys.map((key) => [key, 1] as const) }), 1000)
    expect(series.counters.get(keyOf('voiceassist_openai_api_calls_total', {}))).toBe(7)
    const dropped = { metric: 'voiceassist_openai_api_calls_total' }
    const key = keyOf('voiceassist_metrics_dropped_series_total', dropped)
    expect(series.counters.get(key)).toBe(7)
  })

  test('a metric of another version, or with other buckets, is left out', () => {
    const series = emptySeries()
    const strange = batch({
      counters: [['voiceassist_of_tomorrow_total', 1]],
      histograms: [[CITATIONS, { counts: [1], sum: 1 }]],
    })
    expect(applyBatch(series, strange, 1000)).toBe('applied')
    expect(series.histograms.size).toBe(0)
    expect(series.counters.has('voiceassist_of_tomorrow_total')).toBe(false)
  })

  test('a part of a gauge ends with its holder’s word, or by itself', () => {
    const series = emptySeries()
    const lease = (holder: string, value: number) => ({ key: SESSIONS, holder, value, until: 5000 })
    applyBatch(series, batch({ leases: [lease('s1', 1), lease('s2', 1)] }), 1000)
    applyBatch(series, batch({ seq: 2, leases: [lease('s1', 0)] }), 1000)
    expect(series.leases.size).toBe(1)
    expireSeries(series, 5000)
    expect(series.leases.size).toBe(0)
  })
})

describe('the recorder', () => {
  const buckets = CATALOGUE[CITATIONS].buckets

  test('a value lies in the first bucket whose bound it does not exceed', () => {
    const recorder = createRecorder()
    for (const value of [0, 1, 4, 21]) recorder.observe(CITATIONS, {}, value, buckets)
    const [entry] = recorder.take('a', 1, 0, 0)?.histograms ?? []
    expect(entry).toEqual([CITATIONS, { counts: [1, 1, 0, 0, 1, 0, 0, 1], sum: 26 }])
  })

  test('what an isolate says of itself goes with every batch until it is over', () => {
    const recorder = createRecorder()
    const name: MetricName = 'voiceassist_voice_sessions_active'
    recorder.shift(name, {}, 1)
    expect(recorder.take('a', 1, 0, 9)?.leases).toMatchObject([{ value: 1, until: 9 }])
    expect(recorder.take('a', 2, 5, 9)?.leases).toMatchObject([{ value: 1, until: 14 }])
    recorder.shift(name, {}, -1)
    expect(recorder.take('a', 3, 6, 9)?.leases).toMatchObject([{ value: 0 }])
    expect(recorder.take('a', 4, 7, 9)).toBeUndefined()
  })
})

test('a snapshot holds every series, in parts that fit into rows', () => {
  const series = emptySeries()
  const paths = Array.from({ length: 900 }, (_, index) => `/${'long'.repeat(25)}/${index}`)
  const keys = paths.map((endpoint) =>
    keyOf('http_requests_total', { method: 'GET', endpoint, status: '200' }),
  )
  const distribution = { counts: Array.from({ length: 8 }, () => 12_345), sum: 0.1 + 0.2 }
  const lease = { key: SESSIONS, holder: 's1', value: 1, until: 5000 }
  for (let copy = 1; copy <= 3; copy++) {
    const counters = keys.map((key) => [key, copy] as const)
    applyBatch(series, batch({ seq: copy, counters, leases: [lease] }), 1000)
  }
  series.histograms.set(CITATIONS, distribution)
  const parts = packSeries(series)
  const again = unpackSeries(parts)
  expect({ ...again, seen: series.seen }).toEqual(series)
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(300_000)
})
