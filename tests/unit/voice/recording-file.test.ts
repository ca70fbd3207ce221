/** The WAV file that a recording is read as, and ranges of it. */
import { expect, test } from 'vitest'
import {
  HEADER_BYTES,
  headerOf,
  manifestOf,
  piecesOf,
  rangeOf,
  soundBytesOf,
} from '../../../workers/voice/recording-file.ts'
import { SEGMENT_BYTES } from '../../../workers/voice/recording.ts'

const manifest = manifestOf({
  sessionId: 's',
  startedAt: 0,
  durationMs: 75_000,
  stored: [2, 0],
  lost: [1],
})

test.each([
  [undefined, null],
  ['bytes=0-', { first: 0, last: 99 }],
  ['bytes=10-19', { first: 10, last: 19 }],
  ['bytes=90-500', { first: 90, last: 99 }],
  ['bytes=-5', { first: 95, last: 99 }],
  ['bytes=-500', { first: 0, last: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=20-10', null],
  ['bytes=0-1,5-6', null],
  ['lines=0-1', null],
  ['bytes=-', null],
])('the range %s of 100 bytes', (header, expected) => {
  expect(rangeOf(header, 100)).toEqual(expected)
})

test('the header says what follows it', () => {
  const header = headerOf(1_200_000)
  const view = new DataView(header.buffer)
  const tag = (at: number) => new TextDecoder().decode(header.subarray(at, at + 4))
  expect([tag(0), tag(8), tag(12), tag(38), tag(50)]).toEqual([
    'RIFF',
    'WAVE',
    'fmt ',
    'fact',
    'data',
  ])
  expect(header.length).toBe(HEADER_BYTES)
  expect(view.getUint32(4, true)).toBe(HEADER_BYTES - 8 + 1_200_000)
  expect([view.getUint16(20, true), view.getUint16(22, true), view.getUint32(24, true)]).toEqual([
    7, 2, 8000,
  ])
  expect(view.getUint32(46, true)).toBe(600_000)
  expect(view.getUint32(54, true)).toBe(1_200_000)
})

test('a range is read from header, segments and silence, in order and whole', () => {
  const size = HEADER_BYTES + soundBytesOf(manifest)
  expect(size).toBe(58 + 75_000 * 16)
  const pieces = piecesOf(manifest, { first: 0, last: size - 1 })
  expect(pieces).toEqual([
    { from: 'header', offset: 0, length: 58 },
    { from: 'segment', index: 0, offset: 0, length: SEGMENT_BYTES },
    { from: 'silence', length: SEGMENT_BYTES },
    { from: 'segment', index: 2, offset: 0, length: SEGMENT_BYTES / 2 },
  ])
  expect(piecesOf(manifest, { first: 50, last: 60 })).toEqual([
    { from: 'header', offset: 50, length: 8 },
    { from: 'segment', index: 0, offset: 0, length: 3 },
  ])
})

test('any two neighbouring ranges are the bytes of one', () => {
  const lengthOf = (first: number, last: number) =>
    piecesOf(manifest, { first, last }).reduce((sum, { length }) => sum + length, 0)
  for (const cut of [1, 57, 58, 59, SEGMENT_BYTES + 57, SEGMENT_BYTES + 58, 1_000_000]) {
    expect(lengthOf(0, cut - 1) + lengthOf(cut, 1_100_000)).toBe(1_100_001)
  }
})
