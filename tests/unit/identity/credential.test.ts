import fc from 'fast-check'
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
const part = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(base64url)

test('whatever an encoder writes is well formed', () => {
  fc.assert(fc.property(part, part, part, (a, b, c) => isWellFormed(`${a}.${b}.${c}`)))
})

test('no other spelling of the same bytes is', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  fc.assert(
    fc.property(part, fc.constantFrom(...alphabet), (text, last) => {
      const other = text.slice(0, -1) + last
      const isSame = Buffer.from(other, 'base64url').equals(Buffer.from(text, 'base64url'))
      return other === text || !isSame || !isWellFormed(`${text}.${text}.${other}`)
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
