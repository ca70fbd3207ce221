import { assert, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { unstorableIn } from '../../../shared/storable.ts'

test.each<[string, unknown, string[][]]>([
  ['what can be stored', { a: ['x', 1, null, true, { b: '\u0001\u{1f600}' }] }, []],
  ['U+0000', { a: { b: ['x', 'y\u0000'] } }, [['a', 'b', '1']]],
  ['half of a pair', { a: '\ud83d', b: 'x\ude00' }, [['a'], ['b']]],
  ['the name of a member', { 'a\u0000': { b: '\u0000' } }, [['a\u0000']]],
  ['a text by itself', '\u0000', [[]]],
  ['a file', new Blob(['\u0000']), []],
])('%s', (_, value, paths) => {
  expect(unstorableIn(value)).toEqual(paths)
})

test('it finds something exactly when the text of the whole has such a character', () => {
  assert(
    property(jsonValue({ noUnicodeString: false }), (value) => {
      const isFound = unstorableIn(value).length > 0
      // JSON escapes both, and a backslash that stands for itself is doubled.
      const text = JSON.stringify(value).replaceAll('\\\\', '')
      expect(isFound).toBe(/\\u(0000|d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2})/.test(text))
    }),
  )
})
