/** What the listener hears and what the server gets: queue, sample rates, base64, transcript. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, levelOf, toBase64, toPcm16 } from '../../../sdk/voice/pcm.ts'
import { PlaybackQueue } from '../../../sdk/voice/playback-queue.ts'
import { Resampler } from '../../../sdk/voice/resampler.ts'
import { readSignal } from '../../../sdk/voice/signals.ts'
import { applyChange, type Line } from '../../../sdk/voice/transcript.ts'
import type { Citation } from '../../../workers/knowledge/schemas.ts'

const ones = (length: number) => new Int16Array(length).fill(16_384)

function play(queue: PlaybackQueue, samples: number) {
  const output = new Float32Array(samples)
  queue.drain(output)
  return output
}

test('cutting says how much of the sounding item was heard', () => {
  const queue = new PlaybackQueue(24_000)
  queue.push('a', ones(24_000))
  play(queue, 12_000)
  expect(queue.clear()).toEqual({ itemId: 'a', playedMs: 500 })
  expect(play(queue, 128).every((sample) => sample === 0)).toBe(true)
})

test('an item heard to its end is not cut, and one not yet begun was heard for 0 ms', () => {
  const queue = new PlaybackQueue(24_000)
  queue.push('a', ones(240))
  play(queue, 240)
  expect(queue.clear()).toBeNull()
  queue.push('b', ones(240))
  expect(queue.clear()).toEqual({ itemId: 'b', playedMs: 0 })
})

test('items follow each other without a gap, each counted from its own start', () => {
  const queue = new PlaybackQueue(24_000)
  queue.push('a', ones(100))
  queue.push('b', ones(2_400))
  expect(play(queue, 1_300).every((sample) => sample === 0.5)).toBe(true)
  expect(queue.clear()).toEqual({ itemId: 'b', playedMs: 50 })
})

test('held, it falls silent in 10 ms, loses nothing and goes on where it was', () => {
  const queue = new PlaybackQueue(24_000)
  queue.push('a', ones(24_000))
  play(queue, 12_000)
  queue.setLevel(0)
  const held = play(queue, 24_000)
  const silentFrom = held.findIndex((sample) => sample === 0)
  expect(silentFrom).toBeLessThanOrEqual(242)
  expect(held.slice(silentFrom).every((sample) => sample === 0)).toBe(true)
  queue.setLevel(1)
  const rest = play(queue, 24_000)
  expect(rest.filter((sample) => sample > 0).length + silentFrom).toBe(12_000)
  expect(rest[300]).toBe(0.5)
})

test('what is held is still to be heard, and can be cut', () => {
  const queue = new PlaybackQueue(24_000)
  queue.push('a', ones(24_000))
  play(queue, 2_400)
  queue.setLevel(0)
  play(queue, 2_400)
  expect(queue.drain(new Float32Array(128))).toBe(true)
  const { playedMs } = queue.clear()!
  expect(playedMs).toBeGreaterThanOrEqual(100)
  expect(playedMs).toBeLessThanOrEqual(110)
})

test('base64 carries every sample there and back', () => {
  fc.assert(
    fc.property(fc.int16Array({ maxLength: 20_000 }), (samples) => {
      expect(fromBase64(toBase64(samples))).toEqual(Int16Array.from(samples))
    }),
  )
})

test('floats beyond full scale are clipped, not wrapped', () => {
  expect([...toPcm16(Float32Array.of(0, 1, -1, 2, -2))]).toEqual([
    0, 32_767, -32_768, 32_767, -32_768,
  ])
})

const tone = (hertz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: rate * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate),
  )

function convert(samples: Float32Array, from: number, chunk: number): Float32Array {
  const resampler = new Resampler(from, 24_000)
  const pieces: number[] = []
  for (let at = 0; at < samples.length; at += chunk) {
    pieces.push(...resampler.push(samples.subarray(at, at + chunk)))
  }
  return Float32Array.from(pieces)
}

test.each([44_100, 48_000, 16_000, 24_000])(
  '%i Hz becomes 24 kHz: length and level stay',
  (rate) => {
    const output = convert(tone(1_000, rate, 1), rate, 128)
    expect(Math.abs(output.length - 24_000)).toBeLessThan(64)
    expect(levelOf(toPcm16(output.subarray(200, -200)))).toBeCloseTo(Math.SQRT1_2, 2)
  },
)

test('what 24 kHz cannot carry is taken out instead of folded into speech', () => {
  const output = convert(tone(16_000, 48_000, 1), 48_000, 128)
  expect(levelOf(toPcm16(output.subarray(200, -200)))).toBeLessThan(0.002)
})

test('how the microphone cuts its frames changes no sample', () => {
  const input = tone(440, 44_100, 0.2)
  const whole = convert(input, 44_100, input.length)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), (chunk) => {
      const cut = convert(input, 44_100, chunk)
      expect(cut.length).toBe(whole.length)
      expect(cut.every((sample, i) => Math.abs(sample - whole[i]!) < 1e-4)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('lines are joined, replaced by the final text, and marked when cut', () => {
  const said = { itemId: 'a', speaker: 'assistant' } as const
  const lines = [
    { type: 'append', ...said, text: 'Run ' },
    { type: 'append', ...said, text: 'this' },
    { type: 'cite', itemId: 'a', citation: { number: 1 } as Citation },
    { type: 'replace', itemId: 'u', speaker: 'user', text: 'stop' },
    { type: 'interrupt', itemId: 'a' },
    { type: 'replace', ...said, text: 'Run' },
    { type: 'interrupt', itemId: 'unknown' },
  ] as const
  const result = lines.reduce<readonly Line[]>(applyChange, [])
  expect(result).toEqual([
    { ...said, text: 'Run', isFinal: true, wasInterrupted: true, citations: [{ number: 1 }] },
    {
      itemId: 'u',
      speaker: 'user',
      text: 'stop',
      isFinal: true,
      wasInterrupted: false,
      citations: [],
    },
  ])
})

test('events of a newer protocol are left alone', () => {
  expect(readSignal('{"type":"voiceassist.weather"}')).toBeNull()
  expect(readSignal('7')).toBeNull()
  expect(readSignal('{"type":"error","error":{"message":"No."}}')).toEqual({
    type: 'failed',
    code: 'unknown',
    message: 'No.',
  })
})
