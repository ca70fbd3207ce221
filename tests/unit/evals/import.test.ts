import { expect, test } from 'vitest'
import { createImport } from '../../../workers/evals/import.ts'

function read(...lines: string[]) {
  const found = createImport()
  for (const line of lines) found.push(line)
  const cases = found.cases().map(({ key, question, judgements }) => {
    const grades = [...judgements].map(([name, { grade }]) => `${name}=${grade}`)
    return `${key}: ${question ?? '?'} ${grades.join(' ')}`.trim()
  })
  return { cases, ...found.refusals() }
}

test.each([
  [
    'a question and its judgement',
    ['{"id":"1","text":"a?"}', '{"q":"1","d":"x","r":2}'],
    ['1: a? x=2'],
  ],
  [
    'a judgement before its question',
    ['{"q":"1","d":"x"}', '{"id":"1","text":"a?"}'],
    ['1: a? x=1'],
  ],
  [
    'BEIR’s names',
    ['{"_id":"1","text":"a?"}', '{"query-id":"1","corpus-id":"x","score":1}'],
    ['1: a? x=1'],
  ],
  ['numbers as names', ['{"id":1,"text":"a?"}', '{"q":1,"d":7,"r":1}'], ['1: a? 7=1']],
  [
    'a question with its judgements',
    ['{"id":"1","text":"a?","judgements":[{"document":"x","grade":1}]}'],
    ['1: a? x=1'],
  ],
  ['empty lines', ['', '{"id":"1","text":"a?"}', ' '], ['1: a?']],
  [
    'a question whose words change',
    ['{"id":"1","text":"a?"}', '{"id":"1","text":"b?"}'],
    ['1: b?'],
  ],
  ['a judgement without a question', ['{"q":"1","d":"x","r":1}'], ['1: ? x=1']],
])('%s', (_, lines, cases) => {
  expect(read(...lines)).toEqual({ cases, refused: 0, refusals: [] })
})

test.each([
  ['not JSON', '{"id"', /no JSON object/],
  ['a list', '[]', /no JSON object/],
  ['a number', '7', /no JSON object/],
  ['no question', '{"id":"1"}', /text/],
  ['an empty question', '{"id":"1","text":" "}', /text/],
  ['a question that is too long', `{"id":"1","text":"${'a'.repeat(4001)}"}`, /text/],
  ['a grade that is none', '{"q":"1","d":"x","r":-1}', /r:/],
  ['a grade that is text', '{"q":"1","d":"x","r":"high"}', /r:/],
  ['a judgement of nothing', '{"q":"1","r":1}', /d:/],
  ['U+0000', '{"id":"1","text":"a\\u0000b"}', /must be text/],
  ['half of a surrogate pair', '{"id":"1","text":"a\\ud800b"}', /must be text/],
  [
    'a line without end',
    `{"id":"1","text":"a?","more":"${'a'.repeat(200_000)}"}`,
    /no JSON object/,
  ],
])('a line with %s is named and the others are taken', (_, line, detail) => {
  const { cases, refused, refusals } = read('{"id":"0","text":"fine?"}', line)
  expect(cases).toEqual(['0: fine?'])
  expect(refused).toBe(1)
  expect(refusals).toEqual([{ line: 2, detail: expect.stringMatching(detail) }])
})

test('of many bad lines the first hundred are named and all are counted', () => {
  const { refused, refusals } = read(...Array.from({ length: 250 }, () => 'no'))
  expect(refused).toBe(250)
  expect(refusals.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
})
