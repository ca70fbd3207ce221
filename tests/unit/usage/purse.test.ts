/** Slices of a budget: what calls hold and spend of them. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  EMPTY_PURSE,
  heldIn,
  hold,
  isStale,
  LAST_WORDS,
  leftIn,
  sharesOf,
  SLICE,
  spend,
  withSlice,
} from '../../../workers/usage/purse.ts'

const slice = (id: string, since = 0) => ({ id, microDollars: SLICE, since })

test('a slice serves many calls, and keeps some for the last words', () => {
  let purse = withSlice(EMPTY_PURSE, slice('a'))
  expect(leftIn(purse, false)).toBe(SLICE - LAST_WORDS)
  expect(leftIn(purse, true)).toBe(SLICE)
  purse = hold(purse, 'one', 30_000)
  purse = hold(purse, 'two', 20_000)
  expect([heldIn(purse), leftIn(purse, false)]).toEqual([50_000, SLICE - 60_000])
  purse = spend(purse, 'one', 1000)
  purse = spend(purse, 'one', 1000)
  expect([heldIn(purse), leftIn(purse, false)]).toEqual([20_000, SLICE - 31_000])
})

test('a slice does not outlive its reservation', () => {
  const purse = withSlice(EMPTY_PURSE, slice('a', 1000))
  expect(isStale(purse, 1000 + 3 * 60_000 - 1)).toBe(false)
  expect(isStale(purse, 1000 + 3 * 60_000)).toBe(true)
})

test('whatever is held and spent, it is settled to the micro-dollar, and no slice above what it has but the last', () => {
  const amounts = fc.array(fc.nat(60_000), { maxLength: 12 })
  const holds = fc.property(fc.integer({ min: 1, max: 4 }), amounts, (slices, calls) => {
    let purse = EMPTY_PURSE
    for (let at = 0; at < slices; at++) purse = withSlice(purse, slice(`s${at}`))
    for (const [index, cost] of calls.entries()) {
      purse = spend(hold(purse, `c${index}`, cost), `c${index}`, cost)
    }
    const shares = sharesOf(purse)
    expect(shares.reduce((total, { microDollars }) => total + microDollars, 0)).toBe(purse.spent)
    for (const { microDollars } of shares.slice(0, -1))
      expect(microDollars).toBeLessThanOrEqual(SLICE)
  })
  fc.assert(holds, { numRuns: 200 })
})
