import { expect, test } from 'vitest'
import { compileSnapshot, evaluate } from '../../../workers/flags/engine/snapshot.ts'
import { contextOf, responseOf } from '../../../workers/flags/evaluation.ts'

const answer = (feature: { defaultValue?: string | number | boolean }) => {
  const snapshot = compileSnapshot({ features: { flag: feature } })
  return responseOf('flag', evaluate(snapshot, 'flag', { attributes: {} }))
}

test.each([
  [true, { key: 'flag', reason: 'STATIC', value: true, variant: 'on' }],
  [false, { key: 'flag', reason: 'STATIC', value: false, variant: 'off' }],
  [0, { key: 'flag', reason: 'STATIC', value: 0 }],
  ['', { key: 'flag', reason: 'STATIC', value: '' }],
])('a flag that is on gives its default value, %j', (defaultValue, response) => {
  expect(answer({ defaultValue })).toEqual(response)
})

test('a flag that is off has no value', () => {
  expect(answer({})).toEqual({ key: 'flag', reason: 'DISABLED' })
})

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
