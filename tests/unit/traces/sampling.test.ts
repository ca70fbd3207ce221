import { expect, test } from 'vitest'
import { isNotable, isSampled } from '../../../shared/trace-sampling.ts'
import { newTraceId } from '../../../shared/trace.ts'

test.each([
  [true, 0],
  [true, 1],
  [false, 0],
  [false, 1],
])('a parent that is sampled: %s decides, whatever the ratio %d', (given, ratio) => {
  expect(isSampled(newTraceId(), { isSampled: given }, ratio)).toBe(given)
})

test('without a parent the share kept is the ratio, and all who see the trace agree', () => {
  const ids = Array.from({ length: 20_000 }, newTraceId)
  for (const ratio of [0, 0.05, 0.5, 1]) {
    const kept = ids.filter((id) => isSampled(id, undefined, ratio))
    expect(kept.length / ids.length).toBeGreaterThanOrEqual(ratio * 0.85)
    expect(kept.length / ids.length).toBeLessThanOrEqual(ratio * 1.15)
    expect(kept.every((id) => isSampled(id, undefined, ratio))).toBe(true)
  }
})

test('who is kept at a ratio is kept at every greater one', () => {
  const ids = Array.from({ length: 2000 }, newTraceId)
  for (const id of ids.filter((each) => isSampled(each, undefined, 0.1))) {
    expect(isSampled(id, undefined, 0.2)).toBe(true)
  }
})

test.each([
  [0, 1000, false, false],
  [0, 1001, false, true],
  [0, 1, true, true],
])('from %d to %d ms, failed: %s, is notable: %s', (startMs, endMs, isError, expected) => {
  expect(isNotable({ startMs, endMs, isError })).toBe(expected)
})
