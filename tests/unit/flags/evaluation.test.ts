import { expect, test } from 'vitest'
import { evaluate } from '../../../workers/flags/engine/snapshot.ts'
import { compileFlag, contextOf, responseOf } from '../../../workers/flags/evaluation.ts'

const createdAt = '2026-11-26T00:00:00.000Z'
const flag = {
  name: 'flag',
  description: '',
  type: 'boolean',
  createdAt,
  updatedAt: createdAt,
} as const
const answer = (enabled: boolean, defaultValue: boolean) => {
  const snapshot = compileFlag({ ...flag, enabled, defaultValue })
  return responseOf('flag', evaluate(snapshot, 'flag', { attributes: {} }))
}

test.each([
  [true, { key: 'flag', reason: 'STATIC', value: true, variant: 'on' }],
  [false, { key: 'flag', reason: 'STATIC', value: false, variant: 'off' }],
])('a flag that is on gives its default value, %s', (defaultValue, response) => {
  expect(answer(true, defaultValue)).toEqual(response)
})

test.each([true, false])(
  'a flag that is off has no value, whatever its default',
  (defaultValue) => {
    expect(answer(false, defaultValue)).toEqual({ key: 'flag', reason: 'DISABLED' })
  },
)

test('the targeting key is the id that rules ask for', () => {
  const attributesOf = (context: { targetingKey?: string; [name: string]: unknown }) =>
    contextOf({ context }).attributes
  expect(attributesOf({ targetingKey: 'ada', plan: 'pro' })).toEqual({
    id: 'ada',
    targetingKey: 'ada',
    plan: 'pro',
  })
  expect(attributesOf({ targetingKey: 'ada', id: 'account-7' })).toMatchObject({ id: 'account-7' })
  expect(attributesOf({ plan: 'pro' })).toEqual({ plan: 'pro' })
})
