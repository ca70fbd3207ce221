/** Which step is due, how a ramp keeps its distances, and what a guard makes of a reading. */
import { expect, test } from 'vitest'
import {
  delayed,
  dueStep,
  type Guard,
  isInOrder,
  judge,
  type Step,
} from '../../../workers/flags/schedule-plan.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()
const ms = (hour: number) => Date.parse(at(hour))
const steps: Step[] = [10, 50, 100].map((percentage, index) => {
  return { at: at(index * 2), type: 'percentage', percentage }
})

test('nothing is due before its time, and nothing after the last step', () => {
  expect(dueStep('ramp', steps, 1, ms(1))).toBeUndefined()
  expect(dueStep('ramp', steps, 3, ms(20))).toBeUndefined()
})

test('a ramp takes one step at a time, and the others keep their distances', () => {
  const due = dueStep('ramp', steps, 0, ms(7))
  expect(due?.index).toBe(0)
  expect(due?.steps.map((step) => step.at)).toEqual([at(7), at(9), at(11)])
  expect(dueStep('ramp', due?.steps ?? [], 1, ms(8))).toBeUndefined()
})

test('of a window that passed the last switch counts', () => {
  const window: Step[] = [
    { at: at(0), type: 'switch', enabled: true },
    { at: at(2), type: 'switch', enabled: false },
  ]
  expect(dueStep('window', window, 0, ms(1))).toEqual({ index: 0, steps: window })
  expect(dueStep('window', window, 0, ms(3))).toEqual({ index: 1, steps: window })
})

test('steps that are on time stay where they are', () => {
  expect(delayed(steps, 1, ms(2))).toBe(steps)
  expect(delayed(steps, 1, ms(1))).toBe(steps)
  expect(delayed(steps, 1, ms(3)).map((step) => step.at)).toEqual([at(0), at(3), at(5)])
  expect(isInOrder(steps)).toBe(true)
  expect(isInOrder(steps.toReversed())).toBe(false)
})

const guard: Guard = { metric: 'failures', most: 0.02, samples: 100, onBreach: 'stop', before: 0 }

test.each([
  ['held', { value: 0.02, samples: 100 }, {}],
  ['breached', { value: 0.021, samples: 100 }, {}],
  ['unknown', { value: 0.5, samples: 99 }, {}],
  ['unknown', null, {}],
  ['breached', { value: 0.04, samples: 500 }, { most: undefined, least: 0.05 }],
  ['held', { value: 0.05, samples: 500 }, { most: undefined, least: 0.05 }],
])('a guard is %s by %j', (verdict, reading, bounds) => {
  const made = reading && { ...reading, at: at(1) }
  expect(judge({ ...guard, ...bounds }, made, ms(1))).toBe(verdict)
  expect(judge({ ...guard, ...bounds }, made, ms(2))).toBe('unknown')
})
