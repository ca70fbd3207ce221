import { expect, test } from 'vitest'
import { isFromOwnPage } from '../../../workers/identity/origin.ts'

test.each([
  ['our page', { origin: 'https://voice.example' }, true],
  ['another port of our host', { origin: 'https://voice.example:8443' }, false],
  ['a subdomain', { origin: 'https://evil.voice.example' }, false],
  ['plain HTTP', { origin: 'http://voice.example' }, false],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['a program', {}, true],
  ['our page, without Origin', { 'sec-fetch-site': 'same-origin' }, true],
  ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }, false],
])('a request from %s: %j is %j', (_name, headers, isOwn) => {
  expect(
    isFromOwnPage(new Headers(headers as Record<string, string>), ['https://voice.example']),
  ).toBe(isOwn)
})
