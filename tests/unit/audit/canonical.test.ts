import { type Arbitrary, assert, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, type Json } from '../../../workers/audit/canonical.ts'

test('names are in the order of their UTF-16 units, as RFC 8785 section 3.2.3 has it', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\u{1f600}': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  const values = [...canonical(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text)
  expect(values).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
})

/** From RFC 8785, section 3.2.2 and appendix B. */
test.each<[Json, string]>([
  [
    { numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27] },
    '{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
  ],
  [{ literals: [null, true, false] }, '{"literals":[null,true,false]}'],
  [-0, '0'],
  [9007199254740992, '9007199254740992'],
  [1e21, '1e+21'],
  ['\u20ac$\u000f\nA\'B"\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/"'],
  [{ b: [], a: {}, c: undefined }, '{"a":{},"b":[]}'],
])('%j is written %s', (value, text) => {
  expect(canonical(value)).toBe(text)
})

test.each<Json>([Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 }])(
  '%j has no form',
  (value) => {
    expect(() => canonical(value)).toThrow(TypeError)
  },
)

const json = jsonValue({ noUnicodeString: false }) as Arbitrary<Json>

test('it says the same as JSON, and the same again whatever the order of names was', () => {
  assert(
    property(json, (value) => {
      const text = canonical(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonical(reversed(JSON.parse(text)))).toBe(text)
    }),
  )
})

function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(reversed)
  const members = Object.entries(value).toReversed()
  // defineProperty semantics: an assignment to __proto__ would be lost.
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member as Json)]))
}
