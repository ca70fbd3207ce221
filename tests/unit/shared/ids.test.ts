import { expect, test } from 'vitest'
import { newId } from '../../../shared/ids.ts'

const at = (iso: string) => newId(new Date(iso))

test('an id is a UUID of version 7 and variant 10', () => {
  for (let n = 0; n < 1000; n++) {
    expect(newId(new Date(n * 1e9))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  }
})

test('its first 48 bits are the milliseconds of its birth: the example of RFC 9562, A.6', () => {
  expect(newId(new Date(0x017f22e279b0))).toMatch(/^017f22e2-79b0-7/)
})

test('ids sort by time, also across the turn of a 32-bit word', () => {
  const turn = 2 ** 32 * 415
  const ids = [at('2026-11-20T12:00:00.000Z'), at('2026-11-20T12:00:00.001Z')]
  ids.push(newId(new Date(turn - 1)), newId(new Date(turn)))
  expect(ids.slice(0, 2)).toEqual(ids.slice(0, 2).toSorted())
  expect(ids.slice(2)).toEqual(ids.slice(2).toSorted())
})

test('ids of one millisecond differ', () => {
  const now = new Date()
  expect(new Set(Array.from({ length: 10_000 }, () => newId(now))).size).toBe(10_000)
})
