/** The extractive answerer: what it reads from a prompt, which sentences it picks, what it quotes. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerFrom, findStatements, NOT_FOUND } from '../../../local/openai/answer.ts'
import { inventAnswer } from '../../../local/openai/invent.ts'
import { readQuestion, readSources, type Source } from '../../../local/openai/prompt.ts'
import { sentencesOf } from '../../../local/openai/sentences.ts'

const source = (id: string, text: string, title = ''): Source => ({ id, title, text })

const POLICY = source(
  'k7f2',
  `# Warranty

The warranty of the X200 lasts two
years. It covers normal use only, e.g. at home.

## Batteries

- They are covered for **six months**.
- See [the list](https://example.org/list) of "approved" chargers [4].

| Part | Price |
| Charger | 20 € |

# Гарантия

Гарантийный срок на устройство составляет два года. Возврат денег занимает 14 дней.`,
)

const texts = (question: string, ...sources: Source[]) =>
  findStatements(sources, question).map(({ text }) => text)

describe('the prompt', () => {
  test('sources are read with exactly the text between their tags', () => {
    const prompt = `x <source id="a1" title="T > 1" page="3">\n  one\ntwo \n</source>
<source title="no id">\nlost\n</source><source id="b2" title="">three</source>`
    expect(readSources(prompt)).toEqual([
      { id: 'a1', title: 'T > 1', text: '  one\ntwo ' },
      { id: 'b2', title: '', text: 'three' },
    ])
  })

  test('the question is the last one outside the sources, and may have several lines', () => {
    const sources = '<source id="a" title="">\nQuestion: what the document asks\n</source>'
    expect(readQuestion(`Question: first\n${sources}\nQuestion: how\nlong?`)).toBe('how\nlong?')
    expect(readQuestion(`${sources} and how long?`)).toBe('and how long?')
  })
})

describe('sentences', () => {
  const slices = (text: string) => sentencesOf(text).map(({ start, end }) => text.slice(start, end))

  test.each([
    [
      'lines of a paragraph belong together',
      'It lasts\r\ntwo years. It ends.',
      ['It lasts\r\ntwo years.', 'It ends.'],
    ],
    [
      'abbreviations and initials do not end one',
      'Ask Dr. A. Smith, e.g. today. Bye.',
      ['Ask Dr. A. Smith, e.g. today.', 'Bye.'],
    ],
    ['numbers do not end one', 'It costs 3.14 €. Really?', ['It costs 3.14 €.', 'Really?']],
    [
      'list marks and headings are left out',
      '# Head\n1. one\n- two\n\nthree',
      ['one', 'two', 'three'],
    ],
    ['rows of a table are one each, under the first', '| a | b |\n| c | d |', ['| c | d |']],
    ['bold type before one is left behind', '**Names.** The words.', ['**Names.', 'The words.']],
    ['nothing has none', ' \n\n ', []],
  ])('%s', (_, text, expected) => expect(slices(text)).toEqual(expected))

  test('each knows the heading it stands under', () => {
    expect(sentencesOf('zero\n# A\none\n## B ##\ntwo').map(({ heading }) => heading)).toEqual([
      '',
      'A',
      'B ##',
    ])
  })
})

describe('answers', () => {
  test.each([
    [
      'in one sentence',
      'How long does the warranty of the X200 last?',
      ['The warranty of the X200 lasts two years.'],
    ],
    [
      'with the help of a heading',
      'For how many months are batteries covered?',
      ['They are covered for six months.'],
    ],
    [
      'without Markdown and foreign marks',
      'Which chargers are approved?',
      ['See the list of "approved" chargers.'],
    ],
    ['from a table', 'What is the price of a charger?', ['Charger, 20 €']],
    [
      'in Russian',
      'Какой гарантийный срок у устройства?',
      ['Гарантийный срок на устройство составляет два года.'],
    ],
    [
      'in Russian, other forms of the words',
      'Сколько дней занимает возврат деньги?',
      ['Возврат денег занимает 14 дней.'],
    ],
  ])('%s', (_, question, expected) => expect(texts(question, POLICY)).toEqual(expected))

  test('from several sources, each part with its own mark', () => {
    const answer = answerFrom(
      [source('aa', 'Deliveries take three days.'), source('bb', 'Refunds take two weeks.')],
      'How long do deliveries and refunds take?',
    )
    expect(answer).toBe(
      'Deliveries take three days. [aa "Deliveries take three days."] Refunds take two weeks. [bb "Refunds take two weeks."]',
    )
  })

  test('quote marks in a quote are escaped', () => {
    expect(answerFrom([POLICY], 'Which chargers are approved?')).toContain(
      'of \\"approved\\" chargers',
    )
  })

  test.each([
    ['nothing in common', 'Who is the president of Mexico?'],
    ['one word of two', 'What is the capital of the warranty law in France?'],
    ['only words of grammar', 'What is it and how does it do that?'],
    ['no question', ''],
  ])('%s is not found', (_, question) => expect(answerFrom([POLICY], question)).toBe(NOT_FOUND))

  test('no more than three statements', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      source(`s${index}`, `Item${index} costs ${index} euros.`),
    )
    const question = `What do ${many.map((_, index) => `item${index}`).join(' ')} cost?`
    expect(findStatements(many, question).length).toBeLessThanOrEqual(3)
  })
})

test('whatever the documents hold, every quote stands in its source and says something', () => {
  const alphabet = [
    'warranty ',
    'lasts ',
    'two ',
    'years',
    '. ',
    '\n',
    '\n\n',
    '"',
    '\\',
    ']',
    '[1]',
    '- ',
    '# ',
    '| ',
    '**',
    'ж ',
    '€ ',
  ]
  const text = fc
    .array(fc.constantFrom(...alphabet), { maxLength: 40 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (documents) => {
      const sources = documents.map((document, index) => source(`s${index}`, document))
      for (const { id, quote, text: said } of findStatements(
        sources,
        'How long is the warranty?',
      )) {
        expect(sources.find((one) => one.id === id)?.text).toContain(quote)
        expect(quote.trim()).not.toBe('')
        expect(quote).not.toContain('\\')
        expect(said).not.toMatch(/[[\]\n]/u)
      }
    }),
    { numRuns: 300 },
  )
})

test('a long sentence is quoted up to the end of a word', () => {
  const long = `The warranty covers ${'very '.repeat(200)}many parts.`
  const [statement] = findStatements([source('a', long)], 'What does the warranty cover?')
  expect(statement!.quote.length).toBeLessThanOrEqual(400)
  expect(statement!.quote).toMatch(/very$/u)
})

test('the inventing variant never uses an id that exists for its foreign mark', () => {
  const answer = inventAnswer(
    [source('zz00', 'The warranty lasts two years.')],
    'How long is the warranty?',
  )
  expect(answer).toContain('[zz000 "')
})
