import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { consoleUrl, isConsolePath } from '../../../workers/identity/return-path.ts'

const SITE = 'https://voice.example.com'

test.each(['/', '/flags', '/flags?q=a%20b&x=//y', '/knowledge?doc=1#part', '/a/../b', '/a//b'])(
  '%s is a page of the console',
  (path) => {
    expect(isConsolePath(path)).toBe(true)
  },
)

test.each([
  '',
  'flags',
  '//evil',
  '/\\evil',
  '/\t/evil',
  '/..',
  '/../',
  '/..\\x',
  '/%2E./x',
  '/a/../../x',
])('%j is not', (path) => {
  expect(isConsolePath(path)).toBe(false)
  expect(consoleUrl(SITE, path)).toBe(`${SITE}/console/`)
})

test('whatever is asked for, a browser stays below /console of the site', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '@',
    ':',
    '?',
    '#',
    '\t',
    '\n',
    'evil.example',
    'a',
  )
  const crafted = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(crafted, fc.string()), (path) => {
      const url = new URL(consoleUrl(SITE, path))
      expect(url.origin).toBe(SITE)
      expect(url.pathname.startsWith('/console/')).toBe(true)
    }),
  )
})
