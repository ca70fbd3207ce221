import { expect, test } from 'vitest'
import { canonicalText } from '../../../workers/flags/compile.ts'
import { differencesOf } from '../../../workers/flags/diff.ts'

test.each([
  ['nothing', { a: 1 }, { a: 1 }, []],
  ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ pointer: '/a/b', from: 1, to: 2 }]],
  ['a field that is new', {}, { a: null }, [{ pointer: '/a', to: null }]],
  ['a field that is gone', { a: 0 }, {}, [{ pointer: '/a', from: 0 }]],
  ['an item', [1, 2], [1, 3], [{ pointer: '/1', from: 2, to: 3 }]],
  ['the form', { a: [] }, { a: {} }, [{ pointer: '/a', from: [], to: {} }]],
  ['names with a slash', { 'a/b~': 1 }, { 'a/b~': 2 }, [{ pointer: '/a~1b~0', from: 1, to: 2 }]],
  ['all', null, { a: 1 }, [{ pointer: '', from: null, to: { a: 1 } }]],
])('what differs: %s', (_name, from, to, differences) => {
  expect(differencesOf(from, to)).toEqual(differences)
})

test('equal values are equal texts, whatever the order of their keys', () => {
  expect(canonicalText({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}')
})
