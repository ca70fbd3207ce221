/** WAV files: our own come back as they were, foreign ones are read or refused with a reason. */
import { describe, expect, test } from 'vitest'
import { readWav, WavError, writeWav } from '../../../local/openai/wav.ts'

const samples = Int16Array.from([0, 1, -1, 32_767, -32_768, 1234])

/** A file from chunks, each padded to an even size as RIFF wants it. */
function riff(...chunks: [tag: string, data: Uint8Array, size?: number][]): Uint8Array {
  const parts = chunks.map(([tag, data, size = data.length]) =>
    Buffer.concat([Buffer.from(tag), uint32(size), data, Buffer.alloc(data.length & 1)]),
  )
  const body = Buffer.concat([Buffer.from('WAVE'), ...parts])
  return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body])
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function format(tag: number, channels: number, bits: number, extra = Buffer.alloc(0)): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(tag, 0)
  bytes.writeUInt16LE(channels, 2)
  bytes.writeUInt32LE(16_000, 4)
  bytes.writeUInt16LE(bits, 14)
  return Buffer.concat([bytes, extra])
}

const pcm = (...values: number[]) => new Uint8Array(Int16Array.from(values).buffer)

test('a written file is read back', () => {
  expect(readWav(writeWav(samples, 24_000))).toEqual({ sampleRate: 24_000, samples })
})

test('a file inside a larger buffer is read', () => {
  const file = writeWav(samples, 8000)
  const buffer = new Uint8Array(file.length + 3)
  buffer.set(file, 3)
  expect(readWav(buffer.subarray(3)).samples).toEqual(samples)
})

test('chunks of other kinds and odd sizes are walked over', () => {
  const list = Buffer.from('odd')
  const file = riff(
    ['LIST', list],
    ['fmt ', format(1, 1, 16)],
    ['fact', uint32(3)],
    ['data', pcm(5, 6)],
  )
  expect([...readWav(file).samples]).toEqual([5, 6])
})

test('channels are averaged to one', () => {
  const file = riff(['fmt ', format(1, 2, 16)], ['data', pcm(10, 20, -4, -8)])
  expect([...readWav(file).samples]).toEqual([15, -6])
})

test('a streamed file that does not know its size is read to its end', () => {
  const file = riff(['fmt ', format(1, 1, 16)], ['data', pcm(1, 2, 3), 0xffffffff])
  expect([...readWav(file).samples]).toEqual([1, 2, 3])
})

test('the extensible format is read by its sub-format', () => {
  const extra = Buffer.alloc(24)
  extra.writeUInt16LE(22, 0)
  extra.writeUInt16LE(1, 8)
  const file = riff(['fmt ', format(0xfffe, 1, 16, extra)], ['data', pcm(9)])
  expect([...readWav(file).samples]).toEqual([9])
})

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'not a WAV file'],
    ['another file', Buffer.from('%PDF-1.7 and more'), 'not a WAV file'],
    ['no format', riff(['data', pcm(1)]), 'without a format'],
    ['no data', riff(['fmt ', format(1, 1, 16)]), 'without data'],
    ['mu-law', riff(['fmt ', format(7, 1, 8)], ['data', pcm(1)]), 'format 7 of 8 bits'],
    ['floats', riff(['fmt ', format(3, 1, 32)], ['data', pcm(1)]), 'format 3 of 32 bits'],
    ['no channels', riff(['fmt ', format(1, 0, 16)], ['data', pcm(1)]), 'no channel'],
  ])('%s', (_, bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(WavError)
    expect(() => readWav(bytes)).toThrow(reason)
  })
})
