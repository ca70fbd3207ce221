import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBlockWriter } from '../../../workers/knowledge/block-writer.ts'
import { blocksOfMarkdown, blocksOfPlainText } from '../../../workers/knowledge/blocks.ts'
import { CHUNK, chunkDocument } from '../../../workers/knowledge/chunk.ts'

const piece = fc.oneof(
  fc.lorem({ maxCount: 40 }),
  fc.lorem({ maxCount: 400, mode: 'sentences' }),
  fc.constantFrom(
    '# One',
    '## Two',
    '#### Four',
    '```',
    '| a | b |\n| - | - |\n| 1 | 2 |',
    '',
    '😀'.repeat(1500),
  ),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)
const documents = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('\n\n'))

test('chunks are ordered, apart, small enough, and hold every word', () => {
  fc.assert(
    fc.property(documents, fc.constantFrom(blocksOfMarkdown, blocksOfPlainText), (text, read) => {
      const chunks = chunkDocument(read(text))
      let end = 0
      let kept = ''
      for (const chunk of chunks) {
        expect(chunk.start).toBeGreaterThanOrEqual(end)
        expect(chunk.end - chunk.start).toBeLessThanOrEqual(CHUNK.max)
        const slice = text.slice(chunk.start, chunk.end)
        expect(slice.trim()).not.toBe('')
        expect(slice.isWellFormed()).toBe(text.isWellFormed() || slice.isWellFormed())
        expect(text.slice(end, chunk.start).trim()).toBe('')
        kept += slice
        end = chunk.end
      }
      expect(text.slice(end).trim()).toBe('')
      expect(kept.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    }),
  )
})

test('a section stays with its heading, and knows the headings above it', () => {
  const text =
    '# Manual\n\n## Pump\n\nIt pumps.\n\n### Filter\n\nClean it.\n\n## Valve\n\nIt opens.'
  const chunks = chunkDocument(blocksOfMarkdown(text))
  expect(chunks.map(({ start, end, context }) => [text.slice(start, end), context])).toEqual([
    ['# Manual\n\n## Pump\n\nIt pumps.', ''],
    ['### Filter\n\nClean it.', 'Manual › Pump'],
    ['## Valve\n\nIt opens.', 'Manual'],
  ])
})

test('a long table repeats its header where it goes on', () => {
  const header = '| Part | Pressure |'
  const rows = Array.from({ length: 200 }, (_, row) => `| part ${row} | ${row} bar |`)
  const text = `# Parts\n\n${[header, '| --- | --- |', ...rows].join('\n')}`
  const [first, ...rest] = chunkDocument(blocksOfMarkdown(text))
  expect(text.slice(first!.start, first!.end)).toContain(header)
  expect(rest.length).toBeGreaterThan(1)
  for (const { start, end, context } of rest) {
    expect(context).toBe(`Parts › ${header}`)
    expect(text.slice(start, end)).toMatch(/^\| part \d+ [^]*bar \|$/)
  }
})

/** Pages of a document whose blocks are parted by empty lines: rows of cells are tables. */
function paged(...texts: string[][]) {
  const writer = createBlockWriter()
  for (const blocks of texts) {
    for (const block of blocks) writer.add(block.includes(' | ') ? 'table' : 'paragraph', block)
    writer.endPage()
  }
  const extracted = writer.finish()
  return chunkDocument(extracted).map(({ start, end, context }) => {
    return { text: extracted.text.slice(start, end), context }
  })
}
const rows = (page: number, count = 30) =>
  Array.from({ length: count }, (_, row) => `valve ${page}-${row} | ${row} bar | brass`).join('\n')

test('a table that goes on over pages has its header on each, whatever stands in the margin', () => {
  const header = 'Part | Pressure | Material'
  const [first, ...rest] = paged(
    [`${header}\n${rows(1)}`, 'Page 1'],
    [rows(2), 'Page 2'],
    [rows(3, 90), 'Page 3'],
  )
  expect(first?.text).toContain(header)
  const tables = rest.filter(({ text }) => text.includes('valve'))
  expect(tables.length).toBeGreaterThanOrEqual(4)
  for (const { context } of tables) expect(context).toBe(header)
})

test.each([
  ['has other columns', ['A | B | C\n1 | 2 | 3'], [`x | y\n${rows(2)}`.replaceAll(' | brass', '')]],
  ['comes after text', [`A | B | C\n${rows(1)}`, 'w '.repeat(100)], [rows(2)]],
  ['brings its own header', [`A | B | C\n${rows(1)}`], [`A | B | C\n${rows(2)}`]],
])('a table on the next page that %s is one of its own', (_name, one, two) => {
  for (const { context } of paged(one, two)) expect(context).toBe('')
})

test('a chunk knows on which page it begins and where the next ones do', () => {
  const text = 'Page one.\n\nPage two.\n\nPage three.'
  const pages = [
    { page: 1, start: 0, end: 9 },
    { page: 2, start: 9, end: 20 },
    { page: 3, start: 20, end: text.length },
  ]
  const [chunk] = chunkDocument({ ...blocksOfPlainText(text), pages })
  expect(chunk).toMatchObject({ page: 1, pageStarts: [9, 20] })
})

test('a comment in code is no heading', () => {
  const { blocks, title } = blocksOfMarkdown('Before\n\n```sh\n# not a title\n\nrun\n```\n\nAfter')
  expect(title).toBeUndefined()
  expect(blocks.map(({ type }) => type)).toEqual(['paragraph', 'paragraph', 'paragraph'])
})
