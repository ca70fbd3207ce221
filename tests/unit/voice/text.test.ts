import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutClauses } from '../../../workers/voice/clauses.ts'
import { takeMarks } from '../../../workers/voice/marks.ts'

/** Feeds a text piece by piece, as a model writes it. */
function cutAll(pieces: readonly string[]) {
  const clauses: string[] = []
  let rest = ''
  for (const piece of pieces) {
    const cut = cutClauses(rest + piece, clauses.length === 0)
    clauses.push(...cut.clauses)
    rest = cut.rest
  }
  return { clauses, rest }
}
const letters = (text: string) => Array.from(text)

describe('clauses', () => {
  test.each([
    [
      'a comma',
      'Yes, it is covered. For two years. And',
      ['Yes, ', 'it is covered. ', 'For two years. '],
      'And',
    ],
    [
      'five words',
      'The warranty of the device ends then. So',
      ['The warranty of the device ', 'ends then. '],
      'So',
    ],
    ['no split inside numbers', 'It is 3.14, or 1,000. Go', ['It is 3.14, ', 'or 1,000. '], 'Go'],
    ['Arabic', 'نعم، مشمول. سنتان.', ['نعم،', ' مشمول. '], 'سنتان.'],
    ['Chinese without spaces', '是的，保修两年。谢谢。', ['是的，', '保修两年。'], '谢谢。'],
    ['Devanagari', 'हाँ। दो साल।', ['हाँ।'], ' दो साल।'],
    ['Cyrillic', 'Да, два года. Всё', ['Да, ', 'два года. '], 'Всё'],
  ])('%s', (_, text, clauses, rest) => {
    expect(cutAll(letters(text))).toMatchObject({ clauses, rest })
  })

  test('text without any end is spoken in bounded pieces', () => {
    const { clauses } = cutAll(letters('слово '.repeat(200)))
    expect(Math.max(...clauses.map((clause) => clause.length))).toBeLessThanOrEqual(241)
    expect(cutAll(letters('字'.repeat(1000))).clauses.length).toBeGreaterThan(2)
  })

  test('no letter is lost or moved, whatever the text and however it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 })), (pieces) => {
        const { clauses, rest } = cutAll(pieces)
        expect(clauses.join('') + rest).toBe(pieces.join(''))
      }),
    )
  })
})

describe('citation marks', () => {
  const strip = (pieces: readonly string[]) => {
    let [all, waiting] = ['', '']
    for (const piece of pieces) {
      const { said, held } = takeMarks(waiting + piece)
      all += said
      waiting = held
    }
    return all + waiting
  }

  test.each([
    ['Two years [1]. Sure [2][13].', 'Two years. Sure.'],
    ['An array [x] and [1a] stay.', 'An array [x] and [1a] stay.'],
    ['No mark', 'No mark'],
    ['[1] First', ' First'],
  ])('%s', (text, said) => {
    expect(strip([text])).toBe(said)
    expect(strip(letters(text))).toBe(said)
  })
})
