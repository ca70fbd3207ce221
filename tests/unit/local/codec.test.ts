/** The word codec: everything said is heard, and nothing else, over every path audio may take. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder, decodeWords, encodeWords } from '../../../local/openai/codec.ts'
import {
  addNoise,
  amplify,
  decimateNaively,
  delay,
  loseFrames,
  mix,
  noise,
  overTelephone,
  seeded,
} from './codec-audio.ts'

const RATE = 24_000
const SENTENCE =
  'The “quick” fox paid 20 € in Zürich; naïve café, привет мир, съешь ещё булок. مرحبا بالعالم 你好 👋 a I.'
const WORDS = SENTENCE.split(' ')
const said = encodeWords(SENTENCE)

const heard = (samples: Int16Array, sampleRate = RATE) =>
  decodeWords(samples, sampleRate).map(({ text }) => text)

/** Words missed, and words that were never said or came out of order. */
function compare(got: readonly string[], expected: readonly string[]) {
  let next = 0
  let wrong = 0
  for (const word of got) {
    const found = expected.indexOf(word, next)
    if (found < 0) wrong++
    else next = found + 1
  }
  return { missed: expected.length - (got.length - wrong), wrong }
}

describe('a sentence in five scripts is heard whole', () => {
  const random = seeded(7)
  test.each<[string, Int16Array, number]>([
    ['as it is', said, RATE],
    ['after a telephone line', overTelephone(said), RATE],
    ['after two telephone lines', overTelephone(overTelephone(said)), RATE],
    ['decimated without a filter', decimateNaively(said), 8000],
    ['with 3 dB more noise than voice', addNoise(amplify(said, 0.3), -3, random), RATE],
    ['at a twentieth of its loudness', amplify(said, 0.05), RATE],
    ['quiet on a telephone line', overTelephone(amplify(said, 0.05)), RATE],
    ['through clipping', amplify(said, 8), RATE],
    ['under another voice at -14 dB', mix(said, delay(amplify(encodeOther(), 0.2), 3217)), RATE],
  ])('%s', (_, samples, sampleRate) => {
    expect(heard(samples, sampleRate)).toEqual(WORDS)
  })

  test.each([8000, 11_025, 16_000, 22_050, 44_100, 48_000])('at %d Hz', (sampleRate) => {
    expect(heard(encodeWords(SENTENCE, sampleRate), sampleRate)).toEqual(WORDS)
  })

  test.each(Array.from({ length: 20 }, () => Math.floor(random() * 4000)))(
    'after %d samples of silence',
    (offset) => expect(heard(delay(said, offset))).toEqual(WORDS),
  )
})

function encodeOther(): Int16Array {
  return encodeWords('yes and the other speaker goes on about something else entirely '.repeat(3))
}

test('with 2 % of 20 ms frames lost, at most 1 % of words is missed and none is wrong', () => {
  const random = seeded(11)
  const total = { missed: 0, wrong: 0 }
  const runs = 60
  for (let run = 0; run < runs; run++) {
    const shifted = delay(said, Math.floor(random() * 2000))
    const { missed, wrong } = compare(heard(loseFrames(shifted, RATE, 0.02, random)), WORDS)
    total.missed += missed
    total.wrong += wrong
  }
  expect(total.wrong).toBe(0)
  expect(total.missed / (runs * WORDS.length)).toBeLessThanOrEqual(0.01)
})

test('cut anywhere, it is heard up to the last word that ended before the cut', () => {
  const marks = decodeWords(said, RATE)
  const random = seeded(13)
  for (let run = 0; run < 100; run++) {
    const cutMs = random() * (said.length / RATE) * 1000
    if (marks.some(({ endMs }) => Math.abs(endMs - cutMs) < 3)) continue
    const cut = said.slice(0, Math.round((cutMs / 1000) * RATE))
    const expected = marks.filter(({ endMs }) => endMs < cutMs).map(({ text }) => text)
    expect(heard(cut)).toEqual(expected)
  }
})

test('word times follow from the frame: 40 ms for sync, length, each byte, CRC and the gap', () => {
  expect(decodeWords(delay(encodeWords('Hi €5'), RATE), RATE)).toEqual([
    { text: 'Hi', startMs: 1000, endMs: 1200 },
    { text: '€5', startMs: 1240, endMs: 1520 },
  ])
})

test('words arrive as they are completed, however the audio is sliced', () => {
  const whole = decodeWords(said, RATE)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1 }), (sizes) => {
      const decoder = createDecoder(RATE)
      const words: { text: string; startMs: number; endMs: number }[] = []
      for (let at = 0, turn = 0; at < said.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        const pushed = decoder.push(said.subarray(at, at + size))
        at += size
        const nowMs = (at / RATE) * 1000
        for (const { endMs } of pushed) expect(endMs).toBeLessThanOrEqual(nowMs + 1)
        words.push(...pushed)
      }
      expect([...words, ...decoder.end()]).toEqual(whole)
    }),
    { numRuns: 25 },
  )
})

test('a word is known no later than 50 ms after its last sound', () => {
  const decoder = createDecoder(RATE)
  const late: number[] = []
  for (let at = 0; at < said.length; at += 480) {
    const pushed = decoder.push(said.subarray(at, at + 480))
    for (const { endMs } of pushed) late.push(((at + 480) / RATE) * 1000 - endMs)
  }
  expect(late).toHaveLength(WORDS.length)
  expect(Math.max(...late)).toBeLessThanOrEqual(50)
})

test('any text of words up to 63 bytes comes back, white space collapsed', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => {
    return !/\s/u.test(text) && text.isWellFormed() && new TextEncoder().encode(text).length <= 63
  })
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      expect(heard(encodeWords(words.join('  \n'), 8000), 8000)).toEqual(words)
    }),
    { numRuns: 60 },
  )
})

test('a word too long for one frame is said in whole characters', () => {
  const long = 'ж'.repeat(100)
  expect(heard(encodeWords(long))).toEqual([
    'ж'.repeat(31),
    'ж'.repeat(31),
    'ж'.repeat(31),
    'ж'.repeat(7),
  ])
})

test('silence, two minutes of noise and music say nothing', () => {
  const random = seeded(17)
  const music = Int16Array.from({ length: RATE * 20 }, (_, index) => {
    const hertz = 220 * 2 ** ((Math.floor(index / 6000) % 48) / 12)
    return 9000 * Math.sin((2 * Math.PI * hertz * index) / RATE)
  })
  expect(heard(new Int16Array(RATE * 5))).toEqual([])
  expect(heard(noise(8000 * 120, 3000, random), 8000)).toEqual([])
  expect(heard(music)).toEqual([])
})

test('text without words is silence, and a rate below 8 kHz is refused', () => {
  expect(encodeWords(' \n ')).toHaveLength(0)
  expect(() => createDecoder(4000)).toThrow(RangeError)
})

test('speech is at a human pace: 150 to 190 words a minute of English', () => {
  const text = 'The warranty of the device ends two years after the day on which it was bought'
  const minutes = encodeWords(text).length / RATE / 60
  expect(text.split(' ').length / minutes).toBeGreaterThan(150)
  expect(text.split(' ').length / minutes).toBeLessThan(190)
})
