import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import {
  isExclusive,
  isRedirectUri,
  readCredentials,
  readScopes,
} from '../../../workers/identity/oauth.ts'

test.each([
  ['https://notes.example/cb', true],
  ['https://notes.example/cb?fixed=1', true],
  ['http://localhost:8080/cb', true],
  ['http://127.0.0.1/cb', true],
  ['http://[::1]:4711/', true],
  ['com.example.notes:/cb', true],
  ['http://notes.example/cb', false],
  ['http://localhost.evil.example/', false],
  ['https://notes.example/#cb', false],
  ['https://a:b@notes.example/', false],
  ['https://*.example/cb', false],
  ['https:\\\\evil.example', false],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['notes:/cb', false],
  ['/cb', false],
  ['', false],
])('%s as a redirect URI: %s', (text, expected) => {
  expect(isRedirectUri(text)).toBe(expected)
})

test('only https belongs to one application alone', () => {
  expect(['https://x/', 'http://localhost/', 'com.example:/'].map(isExclusive)).toEqual([
    true,
    false,
    false,
  ])
})

const basic = (text: string) => `Basic ${btoa(text)}`
const proof = (clientId: string, secret: string | undefined, method: string) => ({
  clientId,
  secret,
  method,
})

test.each([
  ['Basic', basic('id:secret'), {}, proof('id', 'secret', 'client_secret_basic')],
  ['Basic, form-encoded', basic('a%3Ab:c+d%2B'), {}, proof('a:b', 'c d+', 'client_secret_basic')],
  [
    'Basic and the same id',
    basic('id:s'),
    { client_id: 'id' },
    proof('id', 's', 'client_secret_basic'),
  ],
  ['Basic and another id', basic('id:s'), { client_id: 'other' }, undefined],
  ['Basic and a secret', basic('id:s'), { client_secret: 's' }, undefined],
  [
    'the body',
    undefined,
    { client_id: 'id', client_secret: 's' },
    proof('id', 's', 'client_secret_post'),
  ],
  ['an id alone', undefined, { client_id: 'id' }, proof('id', undefined, 'none')],
  ['a secret alone', undefined, { client_secret: 's' }, undefined],
  ['nothing', undefined, {}, undefined],
  ['another scheme', 'Bearer x', { client_id: 'id' }, undefined],
  ['no colon', basic('id'), {}, undefined],
  ['no id', basic(':s'), {}, undefined],
  ['a broken escape', basic('id:%zz'), {}, undefined],
  ['no base64', 'Basic %%%', {}, undefined],
] as const)('a client that sends %s', (_name, authorization, form, expected) => {
  expect(readCredentials(authorization, form)).toEqual(expected)
})

test('whatever is sent as credentials is read or not, and never fails', () => {
  assert(
    property(string(), (text) => {
      const read = readCredentials(`Basic ${text}`, {})
      expect(read === undefined || read.clientId.length > 0).toBe(true)
    }),
  )
})

test('scopes are read once each, whatever stands between them', () => {
  expect(readScopes(' kb.read  openid kb.read ')).toEqual(['kb.read', 'openid'])
})
