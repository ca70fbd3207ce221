/** Words and vectors of the offline models: forms that meet, words that count, stable numbers. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { embed, EMBEDDING_DIMENSIONS } from '../../../local/openai/embedding.ts'
import { termsOf, weightOf } from '../../../local/openai/words.ts'

const similarity = (one: string, other: string) => {
  const vector = embed(other)
  return embed(one).reduce((total, value, index) => total + value * vector[index]!, 0)
}

describe('forms of a word have one stem', () => {
  test.each([
    'warranty warranties',
    'policy policies',
    'run runs running',
    'measure measures measured measuring',
    'organize organized organization organizations',
    'refund refunds refunded refunding',
    'class classes',
    'box boxes',
    'гарантия гарантии гарантию гарантий',
    'документ документы документов документами',
    'возврат возвраты возврата возвратов',
    'Zürich zurich ZÜRICH',
  ])('%s', (forms) => expect(new Set(termsOf(forms)).size).toBe(1))

  test.each(['policy police', 'refund refuse', 'банк банан', 'access accent'])(
    '%s do not',
    (words) => {
      expect(new Set(termsOf(words)).size).toBe(2)
    },
  )
})

test('words of grammar are left out, numbers and names are kept', () => {
  expect(termsOf('What is the price of 20 x-ray units, and why?')).toEqual([
    'pric',
    '20',
    'x',
    'ray',
    'unit',
  ])
  expect(termsOf('Что это такое и где мой X200?')).toEqual(['x200'])
})

test('scripts without spaces are taken in pairs, also inside a word of another script', () => {
  expect(termsOf('東京都 iPhone手机')).toEqual(['東京', '京都', 'iphon', '手机'])
})

test('a rare word counts more than a common or a short one', () => {
  const [rare, common, short] = termsOf('photosynthesis result xy').map(weightOf)
  expect(rare).toBe(1)
  expect(common).toBe(0.5)
  expect(short).toBe(0.5)
})

describe('vectors', () => {
  test('are of length 1, or zero for a text without words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const length = Math.hypot(...embed(text))
        expect(length).toBeCloseTo(termsOf(text).length > 0 ? 1 : 0, 5)
      }),
      { numRuns: 100 },
    )
    expect(embed('')).toHaveLength(EMBEDDING_DIMENSIONS)
  })

  test('do not change between runs and machines', () => {
    const vector = embed('warranty')
    const places = [...vector.entries()].filter(([, value]) => value !== 0)
    expect(places).toEqual([
      [129, Math.fround(Math.SQRT1_2)],
      [1313, -Math.fround(Math.SQRT1_2)],
    ])
  })

  test('are close for texts that share words, whatever their forms', () => {
    const question = 'How long is the warranty of the device?'
    expect(similarity(question, 'The warranties of devices')).toBeGreaterThan(0.9)
    expect(similarity(question, 'Dogs bark at night')).toBeLessThan(0.1)
  })
})
