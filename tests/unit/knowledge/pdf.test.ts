import { PDFDocument, StandardFonts } from 'pdf-lib'
import { expect, test } from 'vitest'
import { extractDocument } from '../../../workers/knowledge/extract.ts'
import { bodySize, layOutPage, readLines, type Run } from '../../../workers/knowledge/pdf-layout.ts'

const run = (text: string, x: number, y: number, size = 10): Run => {
  return { text, x, y, size, width: text.length * size * 0.5 }
}
const texts = (runs: readonly Run[]) =>
  layOutPage(readLines(runs), 10).map(({ type, text }) => [type, text])

test('lines flow into paragraphs, and a divided word is made whole', () => {
  const runs = [
    run('Maintenance', 50, 800, 16),
    run('Clean the hou-', 50, 770),
    run('sing with care.', 50, 758),
    run('Then', 50, 730),
    run('wait.', 74, 730),
  ]
  expect(texts(runs)).toEqual([
    ['heading', 'Maintenance'],
    ['paragraph', 'Clean the housing with care.'],
    ['paragraph', 'Then wait.'],
  ])
})

test('two columns are read one after the other, a title before both', () => {
  const left = Array.from({ length: 10 }, (_, line) =>
    run(`left ${line} `.repeat(6), 50, 700 - line * 12),
  )
  const right = Array.from({ length: 10 }, (_, line) =>
    run(`right ${line} `.repeat(6), 310, 700 - line * 12),
  )
  const title = run('A title over the whole page '.repeat(3), 50, 760, 12)
  const words = layOutPage(readLines([...right, ...left, title]), 10)
    .map(({ text }) => text)
    .join('\n')
  expect(words.indexOf('A title')).toBe(0)
  expect(words.indexOf('left 9')).toBeLessThan(words.indexOf('right 0'))
})

test('cells of a row stay together', () => {
  const row = (line: number) => [
    run(`Part ${line}`, 50, 700 - line * 12),
    run(`${line} bar`, 250, 700 - line * 12),
  ]
  expect(texts([1, 2, 3].flatMap(row))).toEqual([
    ['table', 'Part 1 | 1 bar\nPart 2 | 2 bar\nPart 3 | 3 bar'],
  ])
})

test('the size of the text is the one most characters have', () => {
  expect(bodySize([run('Head', 0, 0, 20), run('a long line of text', 0, 0, 11)])).toBe(11)
  expect(bodySize([])).toBe(12)
})

test('no word of a page is lost, and pages and blocks lie in the text', async () => {
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.TimesRoman)
  const expected: string[] = []
  for (let page = 0; page < 5; page++) {
    const sheet = document.addPage([595, 842])
    for (let word = 0; word < 60; word++) {
      const text = `word${page}x${word}`
      expected.push(text)
      sheet.drawText(text, {
        x: 30 + (word % 6) * 90,
        y: 800 - Math.floor(word / 6) * 20,
        size: 9,
        font,
      })
    }
  }
  const shares: number[] = []
  const bytes = new Uint8Array(await document.save())
  const { text, pages, blocks } = await extractDocument(
    bytes,
    'application/pdf',
    async (share) => void shares.push(share),
  )
  expect(text.match(/word\d+x\d+/g)!.toSorted()).toEqual(expected.toSorted())
  expect(pages).toHaveLength(5)
  for (const { page, start, end } of pages)
    expect(text.slice(start, end)).toContain(`word${page - 1}x59`)
  expect(
    blocks.every(({ start, end }) => text.slice(start, end).trim().length === end - start),
  ).toBe(true)
  expect(shares).toEqual([0.2, 0.4, 0.6, 0.8, 1])
})
