import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { A_LAW, MU_LAW } from '../../../workers/voice/g711.ts'

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const decoded = (law: typeof MU_LAW, ...bytes: number[]) => [...law.decode(Uint8Array.from(bytes))]

test.each([
  [0xff, 0],
  [0x7f, 0],
  [0xfe, 8],
  [0x80, 32_124],
  [0x00, -32_124],
  [0xef, 132],
])('mu-law %i is the sample %i', (byte, sample) => {
  expect(decoded(MU_LAW, byte)).toEqual([sample])
})

test.each([
  [0xd5, 8],
  [0x55, -8],
  [0xaa, 32_256],
  [0x2a, -32_256],
  [0xc5, 264],
])('A-law %i is the sample %i', (byte, sample) => {
  expect(decoded(A_LAW, byte)).toEqual([sample])
})

describe.each([
  { name: 'mu-law', law: MU_LAW },
  { name: 'A-law', law: A_LAW },
])('$name', ({ law }) => {
  test('what was decoded is encoded as it was', () => {
    const again = law.encode(law.decode(ALL))
    // Minus zero of mu-law is zero.
    expect(law.decode(again)).toEqual(law.decode(ALL))
    expect([...again].filter((byte, index) => byte !== index).length).toBeLessThanOrEqual(1)
  })

  test('a sample comes back within a thirty-second of itself, or the smallest step', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_124, max: 32_124 }), (sample) => {
        const [back = 0] = law.decode(law.encode(Int16Array.of(sample)))
        expect(Math.abs(back - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 31))
      }),
    )
  })

  test('the loudest samples are as loud as it can say', () => {
    const [low = 0, high = 0] = law.decode(law.encode(Int16Array.of(-32_768, 32_767)))
    expect(Math.min(-low, high)).toBeGreaterThan(32_000)
  })
})
