/**
 * A/A: both arms are the same, somebody looks every day for a month and stops at the first significant number.
 * Seeded: 200 runs here, 1,000 with SOAK=1.
 */
import { expect, test } from 'vitest'
import { isMismatch, sampleRatioP } from '../../../workers/experiments/statistics/checks.ts'
import { adjustedArm, adjustment } from '../../../workers/experiments/statistics/cuped.ts'
import {
  absoluteEffect,
  type Arm,
  type Effect,
  fixedInference,
  type Inference,
  meanArm,
  proportionArm,
  sequentialInference,
} from '../../../workers/experiments/statistics/estimate.ts'
import {
  addMoments,
  type Moments,
  NO_MOMENTS,
} from '../../../workers/experiments/statistics/moments.ts'

const RUNS = process.env['SOAK'] === '1' ? 1000 : 200
const DAYS = 30
/** Of each arm. */
const UNITS_A_DAY = 200
const ALPHA = 0.05

type Random = () => number

/** Mulberry32, by Tommy Ettinger: public domain. */
function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Metric {
  unit: (random: Random) => readonly [y: number, x: number]
  arms: (control: Moments, variant: Moments) => readonly [Arm, Arm]
}

const METRICS: Record<string, Metric> = {
  'a rare proportion': {
    unit: (random) => [random() < 0.05 ? 1 : 0, 0],
    arms: (a, b) => [proportionArm(a), proportionArm(b)],
  },
  'a revenue of few': {
    unit: (random) => [random() < 0.1 ? -30 * Math.log(1 - random()) : 0, 0],
    arms: (a, b) => [meanArm(a), meanArm(b)],
  },
  'a count, adjusted for the past': {
    unit: (random) => {
      const habit = -4 * Math.log(1 - random())
      return [habit + 2 * random(), habit + random()]
    },
    arms: (a, b) => {
      const theta = adjustment(a, b)
      return [adjustedArm(a, theta), adjustedArm(b, theta)]
    },
  },
}

function day({ unit }: Metric, random: Random, arm: Moments): Moments {
  const sums = { ...arm }
  for (let i = 0; i < UNITS_A_DAY; i++) {
    const [y, x] = unit(random)
    sums.sumY += y
    sums.sumYY += y * y
    sums.sumX += x
    sums.sumXX += x * x
    sums.sumXY += x * y
  }
  return addMoments(NO_MOMENTS, { ...sums, n: arm.n + UNITS_A_DAY })
}

type Infer = (effect: Effect, alpha: number) => Inference

function isSignificant(infer: Infer, [control, variant]: readonly [Arm, Arm]): boolean {
  const effect = absoluteEffect(control, variant)
  return effect !== undefined && infer(effect, ALPHA).p < ALPHA
}

/** @returns for each way to infer, the share of runs with a significant number on any day */
function falsePositives(metric: Metric, ways: readonly Infer[]): number[] {
  const found = ways.map(() => 0)
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(run + 1)
    const isFound = ways.map(() => false)
    let control = NO_MOMENTS
    let variant = NO_MOMENTS
    for (let today = 0; today < DAYS; today++) {
      control = day(metric, random, control)
      variant = day(metric, random, variant)
      const arms = metric.arms(control, variant)
      ways.forEach((infer, way) => {
        if (isSignificant(infer, arms)) isFound[way] = true
      })
    }
    isFound.forEach((is, way) => (found[way] = (found[way] ?? 0) + (is ? 1 : 0)))
  }
  return found.map((count) => count / RUNS)
}

test.each(Object.keys(METRICS))('of %s at most 5 % look significant on any of 30 days', (name) => {
  const metric = METRICS[name]
  if (!metric) throw new Error(name)
  const [sequential, fixed] = falsePositives(metric, [sequentialInference, fixedInference])
  expect(sequential).toBeLessThanOrEqual(ALPHA)
  expect(fixed, 'the t test is not made for looking every day').toBeGreaterThan(2 * ALPHA)
})

/** Every hour of thirty days, seventeen units. */
const HOURS = 720

test('of sound experiments at most 1 % look as if their arms were of the wrong size, at any hour', () => {
  let [alarms, plain] = [0, 0]
  for (let run = 0; run < RUNS; run++) {
    const random = seeded(run + 1)
    const arms = [0, 0].map((units) => ({ units, weight: 50 }))
    let [isAlarm, isPlain] = [false, false]
    for (let hour = 0; hour < HOURS; hour++) {
      for (let unit = 0; unit < 17; unit++) {
        const arm = arms[random() < 0.5 ? 0 : 1]
        if (arm) arm.units++
      }
      isAlarm ||= isMismatch(arms)
      isPlain ||= (sampleRatioP(arms) ?? 1) < 0.001
    }
    alarms += isAlarm ? 1 : 0
    plain += isPlain ? 1 : 0
  }
  expect(alarms / RUNS).toBeLessThanOrEqual(0.01)
  expect(plain / RUNS, 'the chi-square alone is not made for looking every hour').toBeGreaterThan(
    0.01,
  )
})
