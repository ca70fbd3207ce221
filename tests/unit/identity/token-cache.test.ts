import { expect, test } from 'vitest'
import { createTokenCache } from '../../../workers/identity/token-cache.ts'

const at = (ms: number) => new Date(ms)

test('a token is served until it expires, and not at that moment', () => {
  const cache = createTokenCache<string>(10)
  cache.set('a', 'ada', 1000)
  expect(cache.get('a', at(999))).toBe('ada')
  expect(cache.get('a', at(1000))).toBeUndefined()
  expect(cache.get('a', at(0))).toBeUndefined()
})

test('the token not asked for the longest goes first', () => {
  const cache = createTokenCache<string>(2)
  cache.set('a', 'ada', 1000)
  cache.set('b', 'bob', 1000)
  cache.get('a', at(0))
  cache.set('c', 'cyd', 1000)
  expect(['a', 'b', 'c'].map((token) => cache.get(token, at(0)))).toEqual(['ada', undefined, 'cyd'])
})
