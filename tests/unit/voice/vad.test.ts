import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeWords } from '../../../local/openai/codec.ts'
import { type Heard, InputAudio } from '../../../workers/voice/input-audio.ts'
import { samplesOfMs } from '../../../workers/voice/pcm.ts'
import type { Detection } from '../../../workers/voice/vad.ts'
import { discernOne } from './discern.ts'

const DETECTION: Detection = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 }

const silence = (ms: number) => new Int16Array(samplesOfMs(ms))
function noise(ms: number, peak: number) {
  let seed = 42
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x3fffffff - 1
  return Int16Array.from(silence(ms), () => peak * next())
}
const gain = (samples: Int16Array, by: number) => samples.map((sample) => sample * by)
function join(...parts: Int16Array[]) {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
const add = (one: Int16Array, other: Int16Array) =>
  one.map((sample, at) => sample + (other[at] ?? 0))

/** 20 ms frames, as most clients send them. */
function listen(samples: Int16Array, input = new InputAudio(discernOne()), frame = 480) {
  const heard: Heard[] = []
  for (let at = 0; at < samples.length; at += frame) {
    heard.push(...input.append(samples.subarray(at, at + frame), DETECTION))
  }
  return heard
}

const said = encodeWords('what does the warranty cover')
const saidMs = said.length / 24

describe('server VAD', () => {
  test.each([
    ['clear speech', join(silence(1000), said, silence(1000))],
    ['quiet speech', gain(join(silence(1000), said, silence(1000)), 0.05)],
    ['speech in a noisy room', add(join(silence(1000), said, silence(1500)), noise(9000, 100))],
    ['speech at once', join(said, silence(1000))],
  ])('hears %s as one utterance', (_, samples) => {
    const heard = listen(samples)
    expect(heard.map(({ type }) => type)).toEqual(['speech_started', 'speech_stopped'])
  })

  test('start comes with its padding within 120 ms, the end after the silence asked for', () => {
    const before = join(silence(1000), said)
    const input = new InputAudio(discernOne())
    const onset = listen(join(silence(1000), said.subarray(0, samplesOfMs(120))), input)
    expect(onset).toHaveLength(1)
    expect(onset[0]?.fromMs).toBeGreaterThanOrEqual(680)
    expect(onset[0]?.fromMs).toBeLessThanOrEqual(740)
    const [, stopped] = listen(join(before, silence(1000)))
    expect(stopped).toMatchObject({ type: 'speech_stopped' })
    const toMs = stopped?.type === 'speech_stopped' ? stopped.toMs : 0
    expect(toMs - 1000 - saidMs).toBeGreaterThanOrEqual(450)
    expect(toMs - 1000 - saidMs).toBeLessThanOrEqual(540)
  })

  test('silence, a click and a fan that keeps running are no utterance that lasts', () => {
    expect(listen(silence(60_000))).toEqual([])
    expect(listen(join(silence(1000), noise(30, 20_000), silence(1000)))).toEqual([])
    const fan = listen(join(silence(2000), noise(20_000, 1500)))
    expect(fan.map(({ type }) => type)).toEqual(['speech_started', 'speech_stopped'])
  })

  test('a room that is loud from the start is learnt within seconds, then speech stands out', () => {
    const room = add(join(silence(6000), said, silence(1500)), noise(12_000, 400))
    const heard = listen(room).filter(({ fromMs }) => fromMs > 4000)
    expect(heard.map(({ type }) => type)).toEqual(['speech_started', 'speech_stopped'])
  })

  test('an utterance ends after a minute', () => {
    const heard = listen(encodeWords('on and on and on '.repeat(120)))
    const [, stopped] = heard
    expect(stopped).toMatchObject({ type: 'speech_stopped' })
    expect(stopped?.type === 'speech_stopped' && stopped.toMs - stopped.fromMs).toBe(60_000)
  })

  test('the utterance is what was said, however the audio is framed', () => {
    const samples = join(silence(700), said, silence(900))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), (frame) => {
        const input = new InputAudio(discernOne())
        const cuts: Int16Array[] = []
        for (let at = 0; at < samples.length; at += frame) {
          for (const heard of input.append(samples.subarray(at, at + frame), DETECTION)) {
            if (heard.type === 'speech_stopped') cuts.push(input.cut(heard))
          }
        }
        expect(cuts).toHaveLength(1)
        const start = samplesOfMs(listen(samples)[0]?.fromMs ?? 0)
        expect(cuts[0]).toEqual(samples.subarray(start, start + (cuts[0]?.length ?? 0)))
      }),
      { numRuns: 30 },
    )
  })
})

test('without turn detection everything since the last commit is committed', () => {
  const input = new InputAudio(discernOne(), 5000)
  const samples = noise(300, 1000)
  input.append(samples.subarray(0, 1000), null)
  input.append(samples.subarray(1000), null)
  const span = input.commit()
  expect(span).toEqual({ fromMs: 5000, toMs: 5300 })
  expect(input.cut(span)).toEqual(samples)
  expect(input.commit()).toEqual({ fromMs: 5300, toMs: 5300 })
  expect(input.hasRoom(samplesOfMs(60_001), null)).toBe(false)
})

test('speech whose end never comes can be ended', () => {
  const input = new InputAudio(discernOne())
  expect(listen(join(silence(500), said), input)).toHaveLength(1)
  expect(input.endSpeech()).toMatchObject([{ type: 'speech_stopped' }])
  expect(input.endSpeech()).toEqual([])
})
