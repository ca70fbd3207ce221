import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LimitError } from '../../../../workers/flags/engine/limits.ts'
import { compilePattern } from '../../../../workers/flags/engine/operators.ts'
import { admitPattern } from '../../../../workers/flags/engine/pattern-cost.ts'

const limitOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error instanceof LimitError ? error.limit : error
  }
}

test.each([
  ['nested quantifiers', '^(a+)+$'],
  ['nested quantifiers, one bounded', '^(a+){2,9}$'],
  ['a repeated choice', '^(a|a)*$'],
  ['a repeated option', '^(a?){30}a{30}$'],
  ['options side by side', `^${'a?'.repeat(30)}${'a'.repeat(30)}$`],
  ['choices side by side', `^${'(a|a)'.repeat(30)}$`],
  ['stars side by side', '^a*a*a*a*b$'],
  ['stars from every character on', '.*a.*b.*c'],
  ['bounded quantifiers side by side', `^${'a{0,99}'.repeat(5)}$`],
  ['a reference back', '^(.+)\\1$'],
  ['a reference by name', '^(?<x>.+)\\k<x>$'],
  ['a repeated look ahead', '^((?=a*)a)*$'],
])('%s is refused when the rule is compiled', (_name, pattern) => {
  expect(limitOf(() => admitPattern(pattern, 'the rule'))).toBe('patternSteps')
})

test('a pattern that is too long is refused', () => {
  expect(limitOf(() => admitPattern('a'.repeat(257), 'the rule'))).toBe('patternLength')
  expect(limitOf(() => admitPattern('a'.repeat(256), 'the rule'))).toBeUndefined()
})

test.each([
  ['^.+@example\\.com$', 'ada@example.com', true],
  ['@(gmail|outlook)\\.com$', 'ada@gmail.com', true],
  ['(?:iPhone|iPad).*Version/1[0-9]', 'Mozilla (iPhone) AppleWebKit Version/17', true],
  ['^(www\\.)?example\\.(com|org)$', 'example.org', true],
  ['^\\d{4}-\\d{2}-\\d{2}$', '2026-11-26', true],
  ['^(\\d{3}){2}$', '123456', true],
  ['^(?<year>\\d+)$', '2026', true],
  ['[(+*?)]{2}', '+*', true],
  ['^\\(\\+\\*$', '(+*', true],
  ['a{,5}', 'a{,5}', true],
  ['^(?!admin)[a-z]+$', 'administrator', false],
  ['Ü', 'ü', false],
])('the pattern %s is admitted', (pattern, text, matches) => {
  expect(limitOf(() => admitPattern(pattern, 'the rule'))).toBeUndefined()
  expect(compilePattern(pattern, '')?.(text)).toBe(matches)
})

test('an invalid pattern matches nothing', () => {
  for (const pattern of ['(', '[', 'a**', '/???***[)']) {
    expect(compilePattern(pattern, '')).toBeUndefined()
    expect(limitOf(() => admitPattern(pattern, 'the rule'))).toBeUndefined()
  }
})

test('what is no text is matched by its text', () => {
  expect(compilePattern('^7$', '')?.(7)).toBe(true)
  expect(compilePattern('^null$', '')?.(null)).toBe(true)
  expect(compilePattern('^a,b$', '')?.(['a', 'b'])).toBe(true)
})

test('a text too long for patterns is refused, by the name of the limit', () => {
  const matches = compilePattern('a$', '')
  expect(matches?.('a'.repeat(1024))).toBe(true)
  expect(limitOf(() => matches?.('a'.repeat(1025)))).toBe('patternText')
})

/**
 * The bound is on steps, which the engine does not tell; the text a pattern is slowest with is. Ten
 * million steps are some 30 ms, a pattern that explodes would take hours on a text like this.
 */
test('no admitted pattern explodes on the longest text it may read', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '\\w', '(a|b)', '(?:ab)')
  const quantifier = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?')
  const term = fc.tuple(atom, quantifier).map((parts) => parts.join(''))
  const group = fc.tuple(fc.array(term, { maxLength: 3 }), quantifier).map(([terms, how]) => {
    return `(${terms.join('')})${how}`
  })
  const pattern = fc.array(fc.oneof(term, group), { maxLength: 5 }).map((parts) => parts.join(''))
  let admitted = 0
  fc.assert(
    fc.property(pattern, (source) => {
      if (limitOf(() => admitPattern(`${source}c`, 'the rule'))) return
      admitted++
      expect(compilePattern(`${source}c`, '')?.('a'.repeat(1024))).toBe(false)
    }),
    { numRuns: 2000, seed: 5 },
  )
  expect(admitted).toBeGreaterThan(500)
})
