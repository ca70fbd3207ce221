import { expect, test } from 'vitest'
import { JOURNEYS, STEPS } from '../../../shared/metric-labels.ts'
import { funnelsOf, journeyOf, lastDays } from '../../../workers/ops/journeys.ts'

test('a step says which journey it is of', () => {
  expect(new Set(STEPS).size).toBe(STEPS.length)
  expect([...new Set(STEPS.map((step) => journeyOf(JOURNEYS, step)))]).toEqual([
    'question',
    'document',
    'call',
  ])
  expect(journeyOf(JOURNEYS, 'cited')).toBe('document')
})

test('days of UTC, today the last of them', () => {
  const now = new Date('2026-03-01T00:30:00+01:00')
  expect(lastDays(now, 3)).toEqual(['2026-02-26', '2026-02-27', '2026-02-28'])
  expect(lastDays(now, 1)).toEqual(['2026-02-28'])
})

test('a funnel sums its days, fills their gaps and says who dropped out where', () => {
  const reached = [
    { day: '2026-01-01', journey: 'question', nth: 1, visitors: 10 },
    { day: '2026-01-01', journey: 'question', nth: 2, visitors: 6 },
    { day: '2026-01-03', journey: 'question', nth: 1, visitors: 5 },
    { day: '2026-01-03', journey: 'question', nth: 2, visitors: 5 },
    { day: '2026-01-03', journey: 'question', nth: 3, visitors: 1 },
    { day: '2026-01-03', journey: 'of another version', nth: 1, visitors: 9 },
  ]
  const [question, document] = funnelsOf(JOURNEYS, reached, [
    '2026-01-01',
    '2026-01-02',
    '2026-01-03',
  ])
  expect(question).toEqual({
    journey: 'question',
    steps: [
      { step: 'login', visitors: 15, dropped: 0 },
      { step: 'query', visitors: 11, dropped: 4 },
      { step: 'result', visitors: 1, dropped: 10 },
    ],
    days: [
      { day: '2026-01-01', visitors: [10, 6, 0] },
      { day: '2026-01-02', visitors: [0, 0, 0] },
      { day: '2026-01-03', visitors: [5, 5, 1] },
    ],
  })
  expect(document?.steps.every(({ visitors, dropped }) => visitors === 0 && dropped === 0)).toBe(
    true,
  )
})
