/** What is typed into the forms of flags, read. */
import { expect, test } from 'vitest'
import { jsonOf, namesOf, objectOf, rampOf } from '../../../workers/console/lib/flag-inputs.ts'

test.each([
  ['{"targetingKey":"ada"}', { targetingKey: 'ada' }],
  ['{}', {}],
  ['[]', undefined],
  ['null', undefined],
  ['"text"', undefined],
  ['{', undefined],
])('%s as an object', (text, read) => {
  expect(objectOf(text)).toEqual(read)
})

test('text that is no JSON is told from null, which is', () => {
  expect([jsonOf('null'), jsonOf('nil')]).toEqual([null, undefined])
})

test.each([
  ['10 25 50 100', [10, 25, 50, 100]],
  ['10, 25.5 ,50;100 %', [10, 25.5, 50, 100]],
  ['', []],
  ['all', []],
])('shares "%s" are steps of a ramp, as many hours apart as is said', (shares, percentages) => {
  const steps = rampOf('2030-01-01T22:00:00.000Z', 1.5, shares)
  expect(steps.map(({ percentage }) => percentage)).toEqual(percentages)
  const times = ['2030-01-01T22:00:00.000Z', '2030-01-01T23:30:00.000Z', '2030-01-02T01:00:00.000Z']
  expect(steps.slice(0, 3).map(({ at }) => at)).toEqual(times.slice(0, steps.length))
})

test('names of environments are read line by line, and other lines left out', () => {
  expect(namesOf('prod = production\n\nqa=staging\nnonsense\n=x\ny=')).toEqual({
    prod: 'production',
    qa: 'staging',
  })
})
