import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { isWellFormed, tokenOf } from '../../../workers/identity/credential.ts'

const websocket = { upgrade: 'websocket' }
const offers = 'realtime, openai-insecure-api-key.abc.def.ghi, openai-beta.realtime-v1'

test.each([
  ['a bearer token', { authorization: 'Bearer abc' }, 'abc'],
  ['any spelling of the scheme', { authorization: 'bearer  abc' }, 'abc'],
  ['nothing', {}, undefined],
  ['another scheme', { authorization: 'Basic abc' }, undefined],
  ['two words', { authorization: 'Bearer abc def' }, undefined],
  [
    'the subprotocol of a WebSocket',
    { ...websocket, 'sec-websocket-protocol': offers },
    'abc.def.ghi',
  ],
  ['no subprotocol elsewhere', { 'sec-websocket-protocol': offers }, undefined],
  ['a WebSocket without one', { ...websocket, 'sec-websocket-protocol': 'realtime' }, undefined],
  [
    'the header before the subprotocol',
    { ...websocket, 'sec-websocket-protocol': offers, authorization: 'Bearer xyz' },
    'xyz',
  ],
] as const)('the credential is %s', (_name, headers, token) => {
  expect(tokenOf(new Headers(headers))).toBe(token)
})

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const part = uint8Array({ minLength: 1, maxLength: 200 }).map(base64url)

test('whatever an encoder writes is well formed', () => {
  assert(
    property(part, part, part, (a, b, c) => {
      expect(isWellFormed(`${a}.${b}.${c}`)).toBe(true)
    }),
  )
})

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test('no other spelling of the same bytes is', () => {
  assert(
    property(part, (text) => {
      const bytes = Buffer.from(text, 'base64url')
      const spellings = Array.from(ALPHABET, (last) => text.slice(0, -1) + last)
      const same = spellings.filter((other) => Buffer.from(other, 'base64url').equals(bytes))
      expect(same.filter((other) => isWellFormed(`${text}.${text}.${other}`))).toEqual([text])
    }),
  )
})

test.each([
  ['two parts', 'YWJj.YWJj'],
  ['four parts', 'YWJj.YWJj.YWJj.YWJj'],
  ['an empty signature', 'YWJj.YWJj.'],
  ['padding', 'YWI=.YWJj.YWJj'],
  ['the other alphabet', 'YW+/.YWJj.YWJj'],
  ['a lone character', 'YWJjY.YWJj.YWJj'],
  ['a line break', 'YWJj.YWJj.YWJj\n'],
  ['more than any token of ours', `YWJj.${'YWJj'.repeat(1025)}.YWJj`],
])('a token with %s is not well formed', (_name, token) => {
  expect(isWellFormed(token)).toBe(false)
})
