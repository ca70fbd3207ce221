/** The voice detector beside the energy: rooms, bad microphones, and sessions that share one detector. */
import { expect, test } from 'vitest'
import { encodeWords } from '../../../local/openai/codec.ts'
import { InputAudio } from '../../../workers/voice/input-audio.ts'
import { samplesOfMs } from '../../../workers/voice/pcm.ts'
import { discernOne } from './discern.ts'

const DETECTION = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 }
const said = encodeWords('what does the warranty cover')

const silence = (ms: number) => new Int16Array(samplesOfMs(ms))
const clamp = (sample: number) => Math.max(-32_768, Math.min(32_767, sample))
const add = (one: Int16Array, other: Int16Array) =>
  one.map((sample, at) => clamp(sample + (other[at] ?? 0)))
const hum = (ms: number, hertz: number, peak: number) =>
  silence(ms).map((_, at) => peak * Math.sin((2 * Math.PI * hertz * at) / 24_000))

function noise(ms: number, peak: number) {
  let seed = 42
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x3fffffff - 1
  return silence(ms).map(() => peak * next())
}

function join(...parts: Int16Array[]) {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Utterances as [from, to]; one without an end lasts until the sound does. */
function utterancesIn(samples: Int16Array, discern = discernOne()) {
  const input = new InputAudio(discern)
  const found: [number, number][] = []
  for (let at = 0; at < samples.length; at += 480) {
    for (const heard of input.append(samples.subarray(at, at + 480), DETECTION)) {
      if (heard.type === 'speech_started') found.push([heard.fromMs, samples.length / 24])
      else if (heard.type === 'speech_stopped') found[found.length - 1] = [heard.fromMs, heard.toMs]
    }
  }
  return found
}

const lengthOf = (utterances: [number, number][]) =>
  utterances.reduce((sum, [from, to]) => sum + to - from, 0)

test.each([
  ['a fan that is switched on', join(silence(2000), noise(10_000, 1500))],
  ['the hum of a transformer', join(silence(2000), hum(10_000, 100, 8000))],
])('%s is a voice for less than a second, where energy alone takes it for three', (_, samples) => {
  expect(lengthOf(utterancesIn(samples))).toBeLessThan(1000)
  expect(lengthOf(utterancesIn(samples, () => true))).toBeGreaterThan(3000)
})

test.each([
  ['hum from the start', join(silence(3000), said, silence(1500)), hum(8000, 50, 3000), 3000],
  ['a noisy room', join(silence(5000), said, silence(1500)), noise(9000, 1500), 5000],
])('speech stands out of %s', (_, speech, room, beganMs) => {
  const [last] = utterancesIn(add(speech, room)).slice(-1)
  expect(last?.[0]).toBeGreaterThanOrEqual(beganMs - 400)
  expect(last?.[0]).toBeLessThanOrEqual(beganMs)
  expect(last?.[1]).toBeLessThanOrEqual(beganMs + 1760 + 700)
})

test('a microphone that clips is heard as one utterance', () => {
  const clipped = join(silence(1000), said, silence(1000)).map((sample) => clamp(sample * 8))
  expect(utterancesIn(clipped)).toHaveLength(1)
})

test('speech after five minutes of silence, digital or hissing, begins where it begins', () => {
  for (const before of [silence(300_000), noise(300_000, 3)]) {
    const [utterance, ...more] = utterancesIn(join(before, said, silence(1000)))
    expect(more).toEqual([])
    expect(utterance?.[0]).toBeGreaterThanOrEqual(299_600)
    expect(utterance?.[0]).toBeLessThanOrEqual(300_000)
  }
})

test('sessions that take turns at the one detector hear what each would alone', () => {
  const quiet = join(silence(1000), said, silence(1000))
  const loud = add(quiet, noise(3760, 1500))
  const windows = quiet.length / 480
  const of = (samples: Int16Array, at: number) => samples.subarray(at * 480, at * 480 + 480)
  const alone = [quiet, loud].map((samples) => {
    const discern = discernOne()
    return Array.from({ length: windows }, (_, at) => discern(of(samples, at)))
  })
  const [one, other] = [discernOne(), discernOne()]
  const together: boolean[][] = [[], []]
  for (let at = 0; at < windows; at++) {
    together[0]?.push(one(of(quiet, at)))
    together[1]?.push(other(of(loud, at)))
  }
  expect(together).toEqual(alone)
  expect(alone[0]).not.toEqual(alone[1])
})
