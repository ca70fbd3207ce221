/** What is recorded is asked in words: the codec's, which survive telephony. */
import { expect, test } from 'vitest'
import { decodeWords, encodeWords } from '../../../local/openai/codec.ts'
import { MU_LAW } from '../../../workers/voice/g711.ts'
import {
  Recorder,
  SEGMENT_BYTES,
  SEGMENT_MS,
  SILENCE,
  type Segment,
} from '../../../workers/voice/recording.ts'

const FRAME = 960
const START = 1_000_000

/** Sends sound as a caller does who speaks into it: a frame of 40 ms every 40 ms. */
function speak(recorder: Recorder, samples: Int16Array, from: number): number {
  let at = from
  for (let start = 0; start < samples.length; start += FRAME) {
    at += 40
    recorder.hearCaller(samples.subarray(start, start + FRAME), at)
  }
  return at
}

/** One side of the segments as a whole, and what is said on it. */
function side(segments: readonly Segment[], channel: 0 | 1) {
  const last = Math.max(-1, ...segments.map(({ index }) => index))
  const whole = new Uint8Array(((last + 1) * SEGMENT_BYTES) / 2).fill(SILENCE)
  for (const { index, bytes } of segments) {
    for (let at = channel; at < bytes.length; at += 2) {
      whole[(index * SEGMENT_BYTES) / 2 + (at >> 1)] = bytes[at]!
    }
  }
  return decodeWords(MU_LAW.decode(whole), 8000)
}
const words = (segments: readonly Segment[], channel: 0 | 1) =>
  side(segments, channel).map(({ text }) => text)

test('each side is on its own channel, at the time it was said', () => {
  const recorder = new Recorder(START)
  const end = speak(recorder, encodeWords('hello there'), START + 3000)
  recorder.hearAssistant('a', encodeWords('good morning'), end + 1000)
  const segments = recorder.take(end + 8000, true)
  expect(words(segments, 0)).toEqual(['hello', 'there'])
  expect(words(segments, 1)).toEqual(['good', 'morning'])
  const [hello] = side(segments, 0)
  const [good] = side(segments, 1)
  expect(hello!.startMs).toBeGreaterThan(2900)
  expect(hello!.startMs).toBeLessThan(3200)
  expect(good!.startMs - (end + 1000 - START)).toBeGreaterThanOrEqual(0)
  expect(good!.startMs - (end + 1000 - START)).toBeLessThan(200)
})

test('a client that sends faster than it speaks makes the time', () => {
  const recorder = new Recorder(START)
  recorder.hearCaller(encodeWords('hello'), START)
  recorder.hearAssistant('a', encodeWords('yes'), START + 1)
  const segments = recorder.take(START + 10, true)
  const [hello] = side(segments, 0)
  const [yes] = side(segments, 1)
  expect(yes!.startMs).toBeGreaterThan(hello!.endMs)
})

test('frames that come late and in bunches are not torn apart', () => {
  const recorder = new Recorder(START)
  const sound = encodeWords('one two three')
  for (let start = 0, at = START; start < sound.length; start += FRAME) {
    // Every fourth frame brings the three before it along.
    if ((start / FRAME) % 4 === 3) at += 160
    recorder.hearCaller(sound.subarray(start, start + FRAME), at)
  }
  expect(words(recorder.take(START + 20_000, true), 0)).toEqual(['one', 'two', 'three'])
})

test('what was not heard is taken back, to the word', () => {
  const recorder = new Recorder(START)
  const [first, second] = [encodeWords('alpha beta'), encodeWords('gamma delta')]
  recorder.hearAssistant('a', first, START + 1000)
  recorder.hearAssistant('a', second, START + 1010)
  const ms = (first.length + encodeWords('gamma').length) / 24
  recorder.cut('a', ms)
  recorder.hearAssistant('b', encodeWords('omega'), START + 1000 + ms + 500)
  expect(words(recorder.take(START + 30_000, true), 1)).toEqual(['alpha', 'beta', 'gamma', 'omega'])
})

test('what was held is recorded where it was heard in the end, and cut there', () => {
  const recorder = new Recorder(START)
  const [first, second] = [encodeWords('alpha'), encodeWords('beta gamma')]
  const firstMs = first.length / 24
  recorder.hearAssistant('a', first, START + 1000)
  recorder.hearAssistant('a', second, START + 1010)
  const heldAt = START + 1000 + firstMs
  recorder.hold(heldAt)
  speak(recorder, encodeWords('cough'), heldAt)
  recorder.release(heldAt + 600)
  recorder.cut('a', firstMs + encodeWords('beta').length / 24)
  const said = side(recorder.take(START + 30_000, true), 1)
  expect(said.map(({ text }) => text)).toEqual(['alpha', 'beta'])
  expect(said[1]!.startMs - said[0]!.endMs).toBeGreaterThan(580)
  expect(said[1]!.startMs - said[0]!.endMs).toBeLessThan(720)
})

test('a cut of an item that is not sounding changes nothing', () => {
  const recorder = new Recorder(START)
  recorder.hearAssistant('a', encodeWords('alpha'), START)
  recorder.cut('b', 0)
  expect(words(recorder.take(START + 5000, true), 1)).toEqual(['alpha'])
})

test('segments are whole, in place, given once, and there are none of silence', () => {
  const recorder = new Recorder(START)
  speak(recorder, encodeWords('first'), START)
  const later = START + 3 * SEGMENT_MS + 500
  speak(recorder, encodeWords('fourth'), later)
  const done = recorder.take(later + 2000)
  expect(done.map(({ index, bytes }) => [index, bytes.length])).toEqual([[0, SEGMENT_BYTES]])
  const rest = recorder.take(later + 2000, true)
  expect(rest.map(({ index }) => index)).toEqual([3])
  expect(recorder.take(later + 2000, true)).toEqual([])
  expect(words([...done, ...rest], 0)).toEqual(['first', 'fourth'])
})

test('a word that lies across two segments is in both', () => {
  const recorder = new Recorder(START)
  speak(recorder, encodeWords('boundary'), START + SEGMENT_MS - 300)
  const segments = recorder.take(START + 2 * SEGMENT_MS, true)
  expect(segments.map(({ index }) => index)).toEqual([0, 1])
  expect(words(segments, 0)).toEqual(['boundary'])
})

test('after a restart it goes on where it was saved', () => {
  const before = new Recorder(START)
  const end = speak(before, encodeWords('before'), START)
  const saved = before.takeChanged()
  expect(before.hasChanged).toBe(false)
  const after = new Recorder(START, saved)
  speak(after, encodeWords('after'), end + 1000)
  expect(words(after.take(end + 5000, true), 0)).toEqual(['before', 'after'])
})
