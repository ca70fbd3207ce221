import { crc32 } from 'node:zlib'
import { assert, constantFrom, integer, property, tuple, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatKey,
  isApiKey,
  KEY_BYTES,
  KEY_KINDS,
  makeKeyId,
  makeSecret,
  parseKey,
} from '../../../workers/identity/api-key.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const bytes = (length: number) => uint8Array({ minLength: length, maxLength: length })
const parts = tuple(constantFrom(...KEY_KINDS), bytes(KEY_BYTES.id), bytes(KEY_BYTES.secret)).map(
  ([kind, id, secret]) => ({ kind, keyId: makeKeyId(id), secret: makeSecret(secret) }),
)

test('a key says what it was made of', () => {
  assert(
    property(parts, (made) => {
      expect(parseKey(formatKey(made))).toEqual(made)
    }),
  )
})

test('the checksum is zip’s CRC-32 of all before it, in base 62', () => {
  assert(
    property(parts, (made) => {
      const key = formatKey(made)
      const digits = Array.from(key.slice(-6), (char) => ALPHABET.indexOf(char))
      expect(digits.reduce((number, digit) => number * 62 + digit, 0)).toBe(crc32(key.slice(0, -7)))
    }),
  )
})

test('bytes that differ make texts that differ, in the same order', () => {
  const first = makeSecret(new Uint8Array(32))
  const last = makeSecret(new Uint8Array(32).fill(255))
  expect(first).toBe('0'.repeat(43))
  expect(last).toHaveLength(43)
  expect(makeKeyId(new Uint8Array(12).fill(255))).toHaveLength(17)
  assert(
    property(bytes(32), bytes(32), (a, b) => {
      const order = Math.sign(Buffer.compare(a, b))
      const [left, right] = [makeSecret(a), makeSecret(b)]
      expect(left < right ? -1 : Number(left > right)).toBe(order)
    }),
  )
})

test('no key survives one wrong character, wherever it is and whatever it became', () => {
  const made = formatKey({ kind: 'live', keyId: '0Bz'.padEnd(17, 'q'), secret: 'x'.repeat(43) })
  const characters = Array.from(`${ALPHABET}_-. é\n`)
  for (let at = 0; at < made.length; at++) {
    for (const wrong of characters.filter((char) => char !== made[at])) {
      expect(parseKey(made.slice(0, at) + wrong + made.slice(at + 1))).toBeUndefined()
    }
  }
})

test('nor does any other key', () => {
  assert(
    property(parts, integer({ min: 0 }), integer({ min: 1, max: 61 }), (made, place, shift) => {
      const key = formatKey(made)
      const places = Array.from(key, (char, at) => (ALPHABET.includes(char) ? at : -1))
      const at = places.filter((index) => index >= 0)[place % (key.length - 4)] ?? 0
      const wrong = ALPHABET[(ALPHABET.indexOf(key[at] ?? '') + shift) % 62]
      expect(parseKey(key.slice(0, at) + wrong + key.slice(at + 1))).toBeUndefined()
    }),
    { numRuns: 2000 },
  )
})

test('nor two neighbours that changed places, nor a cut', () => {
  assert(
    property(parts, integer({ min: 0, max: 70 }), (made, at) => {
      const key = formatKey(made)
      const swapped = key.slice(0, at) + key[at + 1] + key[at] + key.slice(at + 2)
      expect(swapped === key || parseKey(swapped) === undefined).toBe(true)
      expect(parseKey(key.slice(0, at))).toBeUndefined()
      expect(parseKey(key + key.slice(0, at + 1))).toBeUndefined()
    }),
  )
})

test.each([
  ['va_live_x', true],
  ['va_client_', true],
  ['va_test_x', false],
  ['xva_live_x', false],
  ['ek_x', false],
  ['eyJhbGciOiJFZERTQSJ9.e30.c2ln', false],
])('%s means to be a key: %s', (text, expected) => {
  expect(isApiKey(text)).toBe(expected)
})
