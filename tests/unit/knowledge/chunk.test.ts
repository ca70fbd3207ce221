import * as fc from 'fast-check'
import { expect, test } from 'vitest'
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
