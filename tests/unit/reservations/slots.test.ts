/** What a reservation still needs, and codes as people say them. */
import { expect, test } from 'vitest'
import { codeOf, isFilled, missingOf, normalCode } from '../../../workers/reservations/slots.ts'

test.each([
  [{}, ['party_size', 'date', 'time', 'name']],
  [{ name: 'Ada', time: '19:30' }, ['party_size', 'date']],
  [{ name: 'Ada', time: '19:30', date: '2026-12-24', party_size: 2 }, []],
])('of %j there is missing %j', (slots, missing) => {
  expect(missingOf(slots)).toEqual(missing)
  expect(isFilled(slots)).toBe(missing.length === 0)
})

test('a code has no letters that are taken for others, and is the same however it is written', () => {
  const code = codeOf(crypto.getRandomValues(new Uint32Array(64)))
  expect(code).toMatch(/^[2-9A-HJKMNP-TV-Z]{8}$/)
  expect(normalCode(` ${code.slice(0, 4).toLowerCase()} - ${code.slice(4)}`)).toBe(code)
})
