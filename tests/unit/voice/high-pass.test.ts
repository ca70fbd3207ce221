import { expect, test } from 'vitest'
import { createHighPass } from '../../../workers/voice/high-pass.ts'
import { SAMPLE_RATE } from '../../../workers/voice/limits.ts'
import { levelOf } from '../../../workers/voice/vad.ts'

const tone = (hertz: number, from = 0, count = SAMPLE_RATE) =>
  Int16Array.from({ length: count }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * (from + at)) / SAMPLE_RATE)),
  )

/** Decibels that a tone loses, when it has gone on for a second. */
function lossOf(hertz: number): number {
  const pass = createHighPass()
  pass(tone(hertz))
  const next = tone(hertz, SAMPLE_RATE)
  return levelOf(next) - levelOf(pass(next))
}

test.each([
  [50, 13, 17],
  [120, 2.5, 3.5],
  [300, 0, 0.5],
  [3000, -0.1, 0.1],
])('a tone of %i Hz loses between %d and %d dB', (hertz, least, most) => {
  expect(lossOf(hertz)).toBeGreaterThanOrEqual(least)
  expect(lossOf(hertz)).toBeLessThanOrEqual(most)
})

test('cut into windows it is the same as in one piece', () => {
  const [whole, pieces] = [createHighPass(), createHighPass()]
  const samples = tone(200)
  const cut = Array.from({ length: 50 }, (_, n) => [
    ...pieces(samples.subarray(n * 480, n * 480 + 480)),
  ])
  expect(cut.flat()).toEqual([...whole(samples)])
})
