import { expect, test } from 'vitest'
import { evaluate } from '../../../workers/flags/evaluate.ts'

test.each([
  [true, { reason: 'STATIC', value: true, variant: 'on' }],
  [false, { reason: 'STATIC', value: false, variant: 'off' }],
])('a flag that is on gives its default value, %s', (defaultValue, evaluation) => {
  expect(evaluate({ enabled: true, defaultValue })).toEqual(evaluation)
})

test.each([true, false])(
  'a flag that is off has no value, whatever its default',
  (defaultValue) => {
    expect(evaluate({ enabled: false, defaultValue })).toEqual({ reason: 'DISABLED' })
  },
)
