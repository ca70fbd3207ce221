import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Downsampler, Upsampler } from '../../../workers/voice/resample.ts'

const tone = (hz: number, rate: number, ms: number) =>
  Int16Array.from({ length: (rate * ms) / 1000 }, (_, at) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * at) / rate)),
  )

/** Root mean square of the middle, where no edge is heard. */
function loudness(samples: Int16Array): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4)
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length)
}
const decibels = (value: number, against: number) => 20 * Math.log10(value / against)

test.each([300, 1000, 2700, 3200])('a tone of %i Hz passes both ways', (hz) => {
  const up = new Upsampler().process(tone(hz, 8000, 200))
  expect(up).toHaveLength(4800)
  expect(decibels(loudness(up), loudness(tone(hz, 24_000, 200)))).toBeCloseTo(0, -0.5)
  const down = new Downsampler().process(tone(hz, 24_000, 200))
  expect(down).toHaveLength(1600)
  expect(decibels(loudness(down), loudness(tone(hz, 8000, 200)))).toBeGreaterThan(-2)
})

test('what 8 kHz cannot say does not fold back into speech', () => {
  const down = new Downsampler().process(tone(5200, 24_000, 200))
  expect(decibels(loudness(down), loudness(tone(5200, 24_000, 200)))).toBeLessThan(-50)
})

test('no image of speech is added above it', () => {
  // 1 kHz has its image at 7 kHz; without it the samples follow one sine.
  const up = new Upsampler().process(tone(1000, 8000, 200))
  const delay = 23.5
  const off = up.map((sample, at) =>
    Math.abs(sample - 10_000 * Math.sin((2 * Math.PI * 1000 * (at - delay)) / 24_000)),
  )
  expect(Math.max(...off.subarray(100, 4700))).toBeLessThan(200)
})

test.each([
  ['up', () => new Upsampler()],
  ['down', () => new Downsampler()],
] as const)('%s: however sound is cut into pieces, the same comes out', (_, make) => {
  const samples = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 300 })
  const sizes = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(samples, sizes, (all, cuts) => {
      const whole = make().process(Int16Array.from(all))
      const inPieces = make()
      const pieces: number[] = []
      let from = 0
      for (const size of [...cuts, all.length]) {
        pieces.push(...inPieces.process(Int16Array.from(all.slice(from, from + size))))
        from += size
      }
      expect(pieces).toEqual([...whole])
    }),
  )
})
