/** Where a role begins, and which page an address belongs to. */
import { expect, test } from 'vitest'
import { firstPage, pageAt, PAGES, visiblePages } from '../../../workers/console/lib/pages.ts'

test.each([
  [['flag.read', 'kb.read', 'rag.query'], '/assistant'],
  [['flag.read', 'flag.evaluate', 'kb.read'], '/knowledge'],
  [['member.read'], '/members'],
  [[], '/help'],
])('%j begins at %s', (permissions, path) => {
  expect(firstPage(permissions)).toBe(path)
})

test('a page below another is not taken for it', () => {
  expect(pageAt('/flags')?.key).toBe('flags')
  expect(pageAt('/flags/one')?.key).toBe('flags')
  expect(pageAt('/flagship')).toBeUndefined()
})

test('no two pages share a key of the keyboard, and what needs a permission is hidden', () => {
  expect(new Set(PAGES.map(({ letter }) => letter)).size).toBe(PAGES.length)
  expect(visiblePages([]).map(({ key }) => key)).toEqual(['help', 'account'])
})
