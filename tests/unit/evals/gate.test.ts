import { expect, test } from 'vitest'
import { isOf, type Measured, missedBy } from '../../../workers/evals/gate.ts'

const profile = {
  arm: 'fused',
  strategy: 'simple',
  maxSources: 5,
  minRelevance: 0.2,
  embeddingModel: 'e',
  chatModel: 'c',
}
const run: Measured = {
  status: 'done',
  kbVersion: 7,
  kbVersionEnd: 7,
  profile: { ...profile },
  summary: null,
}

test('a run counts when it measured this version, whole, with the settings people get', () => {
  expect(isOf(run, 7, profile)).toBe(true)
  expect(isOf({ ...run, status: 'failed' }, 7, profile)).toBe(false)
  expect(isOf(run, 8, profile)).toBe(false)
  // Documents changed while it ran.
  expect(isOf({ ...run, kbVersionEnd: 8 }, 7, profile)).toBe(false)
  expect(isOf({ ...run, kbVersion: 6 }, 7, profile)).toBe(false)
  expect(isOf({ ...run, kbVersionEnd: null }, 7, profile)).toBe(false)
})

test.each([
  ['arm', 'words'],
  ['strategy', 'multi_hop'],
  ['maxSources', 9],
  ['minRelevance', 0],
  ['embeddingModel', 'other'],
  ['chatModel', 'other'],
])('a run with another %s does not count', (name, value) => {
  expect(isOf({ ...run, profile: { ...profile, [name]: value } }, 7, profile)).toBe(false)
})

const summary = { ndcg: 0.8, recall: 0.9, citationPrecision: null, abstainedRightly: 0 }

test('what is missed is named with what there was, and exactly enough is enough', () => {
  expect(missedBy(summary, { ndcg: 0.8, recall: 0.9 })).toEqual([])
  expect(missedBy(summary, { recall: 0.95, ndcg: 0.81 })).toEqual([
    { measure: 'ndcg', least: 0.81, got: 0.8 },
    { measure: 'recall', least: 0.95, got: 0.9 },
  ])
})

test('what a run says nothing of is missed, even when nothing is asked of it', () => {
  expect(missedBy(summary, { citationPrecision: 0 })).toEqual([
    { measure: 'citationPrecision', least: 0, got: null },
  ])
  expect(missedBy(summary, { abstainedRightly: 0 })).toEqual([])
  expect(missedBy(null, { ndcg: 0 })).toEqual([{ measure: 'ndcg', least: 0, got: null }])
  expect(missedBy(null, {})).toEqual([])
})
