/** From sums to what a page and a ramp are told. */
import { expect, test } from 'vitest'
import {
  analyse,
  type ArmUnits,
  type Evidence,
  type ExperimentPlan,
  readingOf,
} from '../../../workers/experiments/analysis.ts'
import type { ExperimentMetric } from '../../../workers/experiments/result-schemas.ts'
import { type Moments, NO_MOMENTS } from '../../../workers/experiments/statistics/moments.ts'

const metric = (name: string, more: Partial<ExperimentMetric> = {}): ExperimentMetric => {
  return { name, kind: 'proportion', direction: 'increase', role: 'goal', ...more }
}

const plan = (metrics: ExperimentMetric[], more: Partial<ExperimentPlan> = {}): ExperimentPlan => ({
  phase: 1,
  control: 'a',
  arms: [
    { variant: 'a', weight: 50 },
    { variant: 'b', weight: 50 },
  ],
  metrics,
  method: 'sequential',
  horizonAt: null,
  ...more,
})

const did = (sumY: number, n: number): Moments => ({ ...NO_MOMENTS, n, sumY, sumYY: sumY })
const arm = (variant: string, units: number, several = 0): ArmUnits => ({ variant, units, several })

function evidence(
  arms: ArmUnits[],
  moments: Record<string, Record<string, Moments>>,
  at = '2026-12-01T00:00:00.000Z',
): Evidence {
  const dataAt = '2026-11-30T23:59:00.000Z'
  const since = '2026-11-01T00:00:00.000Z'
  return { at, dataAt, since, arms, momentsOf: ({ name }, variant) => moments[name]?.[variant] }
}

const even = [arm('a', 5000), arm('b', 5000)]
const clear = { a: did(500, 5000), b: did(800, 5000) }
const same = { a: did(500, 5000), b: did(510, 5000) }

test.each([
  ['better', 'increase', clear, 'better'],
  ['worse', 'decrease', clear, 'worse'],
  ['unclear', 'increase', same, 'unclear'],
] as const)('a goal is %s', (_name, direction, sums, verdict) => {
  const { metrics, state } = analyse(
    plan([metric('buy', { direction })]),
    evidence(even, { buy: sums }),
  )
  expect(state).toBe('reported')
  expect(metrics[0]?.comparisons).toMatchObject([{ variant: 'b', state: 'shown', verdict }])
  expect(metrics[0]?.guardrail).toBeNull()
})

test('what is compared is the variant with control, whichever comes first', () => {
  const { metrics } = analyse(
    plan([metric('buy')], { control: 'b' }),
    evidence(even, { buy: clear }),
  )
  const [comparison] = metrics[0]?.comparisons ?? []
  expect(comparison).toMatchObject({ variant: 'a', verdict: 'worse' })
  expect(comparison?.absolute?.value).toBeCloseTo(-0.06, 10)
  expect(comparison?.relative?.value).toBeCloseTo(-0.375, 10)
})

test('with fewer than 100 units in an arm there are no numbers', () => {
  const few = { a: did(90, 100), b: did(1, 99) }
  const { metrics, state, sampleRatio } = analyse(
    plan([metric('buy')]),
    evidence([arm('a', 100), arm('b', 99)], { buy: few }),
  )
  expect(state).toBe('collecting')
  expect(sampleRatio.p).toBeCloseTo(0.9435, 3)
  expect(metrics[0]?.arms).toEqual([{ variant: 'a', n: 100, mean: 0.9 }])
  expect(metrics[0]?.comparisons[0]).toEqual({
    variant: 'b',
    state: 'tooFew',
    absolute: null,
    relative: null,
    p: null,
    adjustedP: null,
    varianceReduction: 0,
    verdict: 'none',
  })
})

test('without exposures, and of a metric nobody did, nothing is claimed', () => {
  expect(analyse(plan([metric('buy')]), evidence([], {}))).toMatchObject({
    state: 'empty',
    units: 0,
    sampleRatio: { p: null, isAlarm: false },
  })
  const flat = { a: did(0, 5000), b: did(0, 5000) }
  const { metrics } = analyse(plan([metric('buy')]), evidence(even, { buy: flat }))
  expect(metrics[0]?.comparisons[0]).toMatchObject({ state: 'flat', p: null, verdict: 'none' })
})

test('many goals are adjusted together, guardrails are not', () => {
  const edge = { a: did(500, 5000), b: did(600, 5000) }
  const alone = analyse(plan([metric('edge')]), evidence(even, { edge }))
  expect(alone.metrics[0]?.comparisons[0]).toMatchObject({ verdict: 'better' })
  const names = ['edge', 'x', 'y', 'z']
  const moments = { edge, x: same, y: same, z: same }
  const goals = analyse(plan(names.map((name) => metric(name))), evidence(even, moments))
  const [first] = goals.metrics[0]?.comparisons ?? []
  expect(first?.adjustedP).toBeCloseTo((first?.p ?? 1) * 4, 10)
  expect(first?.verdict).toBe('unclear')
  const guarded = analyse(
    plan([
      metric('edge', { role: 'guardrail', direction: 'decrease' }),
      ...names.slice(1).map((name) => metric(name)),
    ]),
    evidence(even, moments),
  )
  expect(guarded.metrics[0]).toMatchObject({
    guardrail: 'breached',
    comparisons: [{ adjustedP: null, verdict: 'worse' }],
  })
})

test('before a fixed horizon there is neither interval nor p, but guardrails are watched', () => {
  const fixed = plan(
    [metric('buy'), metric('buy', { kind: 'count', role: 'guardrail', direction: 'decrease' })],
    {
      method: 'fixed',
      horizonAt: '2026-12-10T00:00:00.000Z',
    },
  )
  const early = analyse(fixed, evidence(even, { buy: clear }))
  expect(early.isFinal).toBe(false)
  expect(early.metrics[0]?.comparisons[0]).toMatchObject({
    absolute: { low: null, high: null },
    p: null,
    verdict: 'early',
  })
  expect(early.metrics[1]?.guardrail).toBe('breached')
  const final = analyse(fixed, evidence(even, { buy: clear }, '2026-12-10T00:00:30.000Z'))
  expect(final.isFinal).toBe(true)
  expect(final.metrics[0]?.comparisons[0]).toMatchObject({ verdict: 'better' })
  const sequential = analyse(plan([metric('buy')]), evidence(even, { buy: clear }))
  const width = ({ metrics }: typeof final) => {
    const absolute = metrics[0]?.comparisons[0]?.absolute
    return (absolute?.high ?? 0) - (absolute?.low ?? 0)
  }
  expect(width(final)).toBeLessThan(width(sequential))
})

test('what units did before takes variance away', () => {
  const habitual = (sumY: number): Moments => {
    return { n: 1000, sumY, sumYY: sumY * 20, sumX: 5000, sumXX: 100_000, sumXY: sumY * 19 }
  }
  const { metrics } = analyse(
    plan([metric('spent', { kind: 'mean' })]),
    evidence([arm('a', 1000), arm('b', 1000)], { spent: { a: habitual(5000), b: habitual(5100) } }),
  )
  const [comparison] = metrics[0]?.comparisons ?? []
  expect(comparison?.varianceReduction).toBeGreaterThan(0.8)
  expect(comparison?.absolute?.value).toBeCloseTo(0.1, 10)
})

test('units in several variants are counted, and a ratio that is off is an alarm', () => {
  const results = analyse(plan([]), evidence([arm('a', 5300, 20), arm('b', 4700, 10)], {}))
  expect(results.severalVariants).toEqual({ units: 30, share: 0.003 })
  expect(results.sampleRatio.isAlarm).toBe(true)
})

test('a ramp’s guard reads alarms of the whole, or the worst variant of a metric', () => {
  const three = {
    arms: ['a', 'b', 'c'].map((variant) => ({ variant, weight: 1 })),
  }
  const failures = metric('failed', { direction: 'decrease', role: 'guardrail' })
  const sums = { a: did(50, 5000), b: did(60, 5000), c: did(400, 5000) }
  const broken = analyse(
    plan([failures], three),
    evidence(
      ['a', 'b', 'c'].map((variant) => arm(variant, 5000)),
      { failed: sums },
    ),
  )
  expect(readingOf(broken, 'experiment')).toEqual({ value: 1, samples: 15_000 })
  expect(readingOf(broken, 'failed')).toEqual({ value: 0.08, samples: 5000 })
  expect(readingOf(broken, 'latency')).toBeUndefined()
  const sound = analyse(plan([failures]), evidence([arm('a', 70), arm('b', 60)], {}))
  expect(readingOf(sound, 'experiment')).toEqual({ value: 0, samples: 60 })
  expect(readingOf(sound, 'failed')).toBeUndefined()
})
