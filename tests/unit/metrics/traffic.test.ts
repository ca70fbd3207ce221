import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyBatch, emptySeries, keyOf } from '../../../shared/metrics-series.ts'
import {
  addTotals,
  BOUNDS,
  changesOf,
  type Mark,
  NOTHING,
  quantileOf,
  totalsOf,
} from '../../../shared/traffic.ts'

const durations = (counts: Record<number, number>) =>
  [...BOUNDS, Infinity].map((at) => counts[at] ?? 0)

const mark = (minute: number, requests: number): Mark => {
  return { ...NOTHING, minute, requests, durations: durations({ 0.1: requests }) }
}

test('totals add up every endpoint and tell refused from failed', () => {
  const series = emptySeries()
  const request = (endpoint: string, status: string, by: number) =>
    [keyOf('http_requests_total', { method: 'GET', endpoint, status }), by] as const
  const time = (endpoint: string, counts: number[]) =>
    [
      keyOf('http_request_duration_seconds', { method: 'GET', endpoint }),
      { counts, sum: 1 },
    ] as const
  applyBatch(
    series,
    {
      isolate: 'a',
      seq: 1,
      at: 0,
      counters: [
        request('/a', '200', 5),
        request('/a', '404', 2),
        request('/b', '503', 1),
        [keyOf('voiceassist_user_logins_total', {}), 9],
      ],
      histograms: [
        time('/a', durations({ 0.01: 6, 0.05: 1 })),
        time('/b', durations({ 0.05: 1 })),
        [keyOf('voiceassist_rag_first_token_seconds', {}), { counts: durations({}), sum: 0 }],
      ],
      gauges: [],
      leases: [],
    },
    0,
  )
  const expected = { requests: 8, refused: 2, failed: 1 }
  expect(totalsOf(series)).toEqual({ ...expected, durations: durations({ 0.01: 6, 0.05: 2 }) })
})

describe('what came in each step', () => {
  const span = { from: 100, step: 2, steps: 3 }
  const requests = (marks: Mark[]) => changesOf(marks, span).map((change) => change.requests)

  test.each<[string, Mark[], number[]]>([
    ['nothing was ever counted', [], [0, 0, 0]],
    ['all of it came before', [mark(90, 7)], [0, 0, 0]],
    ['the first mark is inside', [mark(103, 4)], [0, 4, 0]],
    ['minutes without a mark', [mark(99, 1), mark(101, 3), mark(106, 8)], [2, 0, 5]],
    ['a bound belongs to the step it ends', [mark(100, 1), mark(102, 2), mark(104, 4)], [1, 2, 0]],
    ['what comes later is left out', [mark(107, 9)], [0, 0, 0]],
    ['a counter that begins anew', [mark(100, 50), mark(102, 3), mark(104, 5)], [0, 2, 0]],
  ])('%s', (_, marks, expected) => {
    expect(requests(marks)).toEqual(expected)
  })

  test('steps of any width lose nothing and count nothing twice', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(20)), { maxLength: 30 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 40 }), (grown, step) => {
        let minute = 0
        let stood = 0
        const marks = grown.map(([gap, by]) => mark((minute += gap), (stood += by)))
        const steps = Math.ceil(minute / step) + 1
        const sum = changesOf(marks, { from: 0, step, steps }).reduce(addTotals, NOTHING)
        expect(sum).toEqual({ ...NOTHING, requests: stood, durations: durations({ 0.1: stood }) })
      }),
    )
  })
})

describe('quantiles', () => {
  test.each<[string, Record<number, number>, number, number]>([
    ['in the first bucket', { 0.01: 10 }, 0.5, 0.005],
    ['between two bounds', { 0.01: 50, 0.1: 50 }, 0.75, 0.075],
    ['at a bound', { 0.01: 50, 0.1: 50 }, 0.5, 0.01],
    ['beyond the last bound', { 0.01: 1, [Infinity]: 9 }, 0.9, 10],
  ])('%s', (_, counts, q, expected) => {
    expect(quantileOf(durations(counts), q)).toBeCloseTo(expected, 6)
  })

  test('of nothing there is none', () => {
    expect(quantileOf(durations({}), 0.5)).toBeNull()
  })

  test('never fall as the share grows', () => {
    const counts = fc.array(fc.nat(100), { minLength: 11, maxLength: 11 })
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (given, q) => {
        fc.pre(given.some((count) => count > 0))
        expect(quantileOf(given, q)).toBeLessThanOrEqual(quantileOf(given, 1) ?? 0)
      }),
    )
  })
})
