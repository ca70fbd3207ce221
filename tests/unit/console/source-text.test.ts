/** Where a citation leads: blocks of the source text, and the marks in an answer. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitMarks } from '../../../workers/console/lib/citation-marks.ts'
import { blocksOf, piecesOf } from '../../../workers/console/lib/text-blocks.ts'

const PAGES = [
  { page: 1, start: 2, end: 9 },
  { page: 2, start: 9, end: 20 },
]

test('blocks hold every character once, whatever is cited', () => {
  const span = fc.tuple(fc.nat(9_000), fc.nat(3_000))
  fc.assert(
    fc.property(fc.string({ maxLength: 9_000, size: 'max' }), span, (text, [start, length]) => {
      const blocks = blocksOf({ text, pages: [] }, { start, end: start + length })
      const parts = blocks.flatMap((block) => block.parts)
      expect(parts.map((part) => part.text).join('')).toBe(text)
      const cited = parts.filter((part) => part.isCited).map((part) => part.text)
      expect(cited.join('')).toBe(text.slice(start, start + length))
    }),
  )
})

test('a span may cross a page, and each page names itself once', () => {
  const blocks = blocksOf({ text: '..page one second page', pages: PAGES }, { start: 7, end: 16 })
  expect(blocks.map(({ page }) => page)).toEqual([null, 1, 2])
  const cited = blocks.flatMap(({ parts }) => parts).filter(({ isCited }) => isCited)
  expect(cited.map(({ text }) => text)).toEqual(['on', 'e second'.slice(0, 7)])
})

test('a text of one page has no page headings', () => {
  const blocks = blocksOf({ text: 'short', pages: [{ page: 1, start: 0, end: 5 }] }, null)
  expect(blocks).toEqual([
    { start: 0, end: 5, page: null, parts: [{ start: 0, end: 5, text: 'short', isCited: false }] },
  ])
})

test('long texts are cut at line breaks', () => {
  const line = `${'x'.repeat(99)}\n`
  const blocks = blocksOf({ text: line.repeat(200), pages: [] }, null)
  expect(blocks.length).toBeGreaterThan(4)
  expect(blocks.every(({ parts }) => parts.at(-1)?.text.endsWith('\n'))).toBe(true)
})

test.each([
  ['Yes [1].', ['Yes ', 1, '.']],
  ['[1][2]', [1, 2]],
  ['a[b] c [1234] d', ['a[b] c [1234] d']],
  ['', []],
])('%j has its marks found', (text, pieces) => {
  expect(splitMarks(text).map((piece) => piece.number ?? piece.text)).toEqual(pieces)
})

test('pieces hold every character once, whether cuts touch, leave gaps or reach too far', () => {
  const cut = fc.tuple(fc.nat(40), fc.nat(40))
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.array(cut), (text, steps) => {
      let at = 0
      const cuts = steps.map(([gap, length]) => {
        const start = at + gap
        at = start + length
        return { start, end: at }
      })
      const pieces = piecesOf(text, cuts)
      expect(pieces.map((piece) => piece.text).join('')).toBe(text)
      const within = cuts.filter(({ start, end }) => end > start && start < text.length)
      expect(pieces.flatMap((piece) => piece.cut ?? [])).toEqual(within)
    }),
  )
})
