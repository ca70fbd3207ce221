import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { calculate, ExpressionError } from '../../../workers/assistant/expression.ts'

test.each([
  ['2 + 3 * 4', 14],
  ['(2 + 3) * 4', 20],
  ['2 ^ 3 ^ 2', 512],
  ['2 + 2 ^ 3', 10],
  ['0.1 + 0.2', 0.3],
  ['-3 + +4', 1],
  ['10 % 4', 2],
  ['round(2.345, 1)', 2.3],
  ['max(1, 2, 3) + sum(1, 2)', 6],
  ['sqrt(16) * pi', 12.5663706143592],
  ['6 × 7 ÷ 2 − 1', 20],
  ['1e3', 1000],
])('%s is %d', (text, value) => {
  expect(calculate(text)).toBe(value)
})

test.each([
  '',
  '1 / 0',
  'sqrt(-1)',
  '2 +',
  'x + 1',
  'constructor',
  'constructor("return 1")()',
  'abs.constructor("return 1")()',
  'sqrt(1, 2)',
  'this',
  '"a" + 1',
  '[1, 2]',
  '1; 2',
  '1 == 1',
  'true',
  '__proto__(1)',
  '9'.repeat(501),
])('%s is refused', (text) => {
  expect(() => calculate(text)).toThrow(ExpressionError)
})

test('any text at all is a number or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+*/%^().,0-9 a-z]{0,40}$/)), (text) => {
      expect(isFiniteOrRefused(text)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

function isFiniteOrRefused(text: string): boolean {
  try {
    return Number.isFinite(calculate(text))
  } catch (error) {
    return error instanceof ExpressionError
  }
}
