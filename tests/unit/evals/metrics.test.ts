/** Every expected number is worked out by hand, in the comment beside it. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareValues } from '../../../workers/evals/compare.ts'
import {
  citationPrecision,
  meanOf,
  ndcgAt,
  percentileOf,
  rankDocuments,
  recallAt,
} from '../../../workers/evals/metrics.ts'

const letters = (text: string) => text.split('')

const grades = (text: string) =>
  new Map([...text.matchAll(/(\w)(\d)/g)].map(([, id = '', grade]) => [id, Number(grade)]))

test('a document stands where its best chunk does', () => {
  expect(rankDocuments(['b', 'a', 'b', 'c', 'a'])).toEqual(['b', 'a', 'c'])
})

test.each([
  // The only right one first: 1 / 1.
  ['a', 'a1', 1],
  // Second: (1/log2 3) / 1.
  ['xa', 'a1', 0.6309297535714575],
  // Of two, found at 1 and 3: (1 + 1/2) / (1 + 1/log2 3).
  ['axb', 'a1 b1', 0.9197207891481876],
  // Of two, one found at 2: (1/log2 3) / (1 + 1/log2 3).
  ['xa', 'a1 b1', 0.38685280723454163],
  // Linear gain: (1 + 3/log2 3) / (3 + 1/log2 3); with 2^g - 1 it would be 0.7098.
  ['ab', 'a1 b3', 0.7967075809905066],
  // Behind the tenth place nothing counts.
  ['cdefghijklab', 'a1 b1', 0],
  ['', 'a1', 0],
  // A grade of 0 is no judgement.
  ['xa', 'x0 a1', 0.6309297535714575],
])('the ranking %s under the judgements %s has nDCG@10 %d', (ranked, judged, expected) => {
  expect(ndcgAt(10, letters(ranked), grades(judged))).toBeCloseTo(expected, 12)
})

test('the ideal has no more places than are looked at', () => {
  // 12 right ones, 10 places, all right: 1, though two are missing.
  const all = new Map(letters('abcdefghijkl').map((id) => [id, 1]))
  expect(ndcgAt(10, letters('abcdefghij'), all)).toBeCloseTo(1, 12)
  expect(recallAt(10, letters('abcdefghij'), all)).toBeCloseTo(10 / 12, 12)
})

test.each([
  ['ab', 'a1 b2', 1],
  ['xa', 'a1 b1', 0.5],
  ['xy', 'a1 x0', 0],
])('the ranking %s under the judgements %s has recall %d', (ranked, judged, expected) => {
  expect(recallAt(10, letters(ranked), grades(judged))).toBe(expected)
})

test.each([
  ['a', 'a1', 1],
  ['aax', 'a1', 2 / 3],
  ['x', 'a1', 0],
  ['', 'a1', null],
  ['a', 'a0', null],
])('citations of %s under the judgements %s have precision %s', (cited, judged, expected) => {
  expect(citationPrecision(letters(cited), grades(judged))).toBe(expected)
})

test('what has no right answer has no score, and does not count in a mean', () => {
  expect(ndcgAt(10, ['a'], new Map())).toBeNull()
  expect(recallAt(10, ['a'], grades('a0'))).toBeNull()
  expect(meanOf([1, null, 0])).toBe(0.5)
  expect(meanOf([null])).toBeNull()
})

test.each([
  [0.5, [5, 1, 3], 3],
  [0.95, [1, 2, 3, 4], 4],
  [0.5, [1, 2, 3, 4], 2],
  [0, [7, 8], 7],
  [0.5, [], null],
])('the percentile %d of %j is %s', (q, values, expected) => {
  expect(percentileOf(q, values)).toBe(expected)
})

const id = fc.constantFrom(...letters('abcdefghijklmnop'))
const ranking = fc.uniqueArray(id, { maxLength: 16 })
const judged = fc.uniqueArray(fc.tuple(id, fc.integer({ min: 0, max: 3 })), {
  selector: ([name]) => name,
})

describe('for any ranking and any judgements', () => {
  test('scores lie between 0 and 1, and the ideal order has 1', () => {
    fc.assert(
      fc.property(ranking, judged, (ranked, judgements) => {
        const known = new Map(judgements)
        const ideal = judgements.toSorted(([, a], [, b]) => b - a).map(([name]) => name)
        for (const score of [ndcgAt(10, ranked, known), recallAt(10, ranked, known)]) {
          if (score === null) continue
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        }
        const best = ndcgAt(10, ideal, known)
        expect(best ?? 1).toBeCloseTo(1, 12)
      }),
    )
  })

  test('putting a worthier document before its neighbour never lowers nDCG', () => {
    fc.assert(
      fc.property(ranking, judged, fc.nat(14), (ranked, judgements, at) => {
        const known = new Map(judgements)
        const [first, second] = [ranked[at], ranked[at + 1]]
        if (first === undefined || second === undefined) return
        if ((known.get(second) ?? 0) <= (known.get(first) ?? 0)) return
        const swapped = ranked.with(at, second).with(at + 1, first)
        const [before, after] = [ndcgAt(10, ranked, known), ndcgAt(10, swapped, known)]
        expect(after ?? 0).toBeGreaterThanOrEqual((before ?? 0) - 1e-12)
      }),
    )
  })
})

describe('two runs', () => {
  const values = (all: (number | null)[]) => new Map(all.map((value, at) => [String(at), value]))

  test('are compared on the cases that both have', () => {
    expect(compareValues(values([0, 0.5, null, 1]), values([1, 0.5, 1, null]))).toMatchObject({
      cases: 2,
      base: 0.25,
      other: 0.75,
      mean: 0.5,
      wins: 1,
      losses: 0,
    })
    expect(compareValues(values([null]), values([1]))).toBeNull()
  })

  test('that never differ differ by nothing, and always compare the same', () => {
    const all = values(Array.from({ length: 50 }, (_, at) => (at % 7) / 7))
    expect(compareValues(all, all)).toMatchObject({ mean: 0, low: 0, high: 0, wins: 0, losses: 0 })
    const other = values(Array.from({ length: 50 }, (_, at) => (at % 5) / 5))
    expect(compareValues(all, other)).toEqual(compareValues(all, other))
  })

  test('have an interval like the one Student’s t gives for many cases', () => {
    const base = values(Array.from({ length: 400 }, (_, at) => (at % 2) / 2))
    const other = values(Array.from({ length: 400 }, (_, at) => (at % 4) / 4))
    // Differences 0, -¼, +½, +¼ alternate: mean 0.125, deviation 0.27951, t = 1.966 of 400.
    const found = compareValues(base, other)
    expect(found?.mean).toBeCloseTo(0.125, 12)
    expect(found?.low).toBeCloseTo(0.125 - 0.0275, 2)
    expect(found?.high).toBeCloseTo(0.125 + 0.0275, 2)
  })
})
