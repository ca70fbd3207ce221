import { expect, test } from 'vitest'
import { joinWordings } from '../../../workers/knowledge/hops.ts'
import { rewrittenIn, rewritingOf } from '../../../workers/knowledge/rewriting.ts'
import { type Passage, widen } from '../../../workers/knowledge/section.ts'

const passage = (ordinal: number, length = 400): Passage => ({
  ordinal,
  context: '',
  text: 'x'.repeat(length),
  start: ordinal * 5000,
  end: ordinal * 5000 + length,
  page: 1,
  pageStarts: [],
})
const found = (ordinal: number, around: Passage[], own = 400, documentId = 'd') => ({
  ...passage(ordinal, own),
  documentId,
  around,
})
const ordinals = (hits: { parts: Passage[] }[]) =>
  hits.map(({ parts }) => parts.map(({ ordinal }) => ordinal))

test('a passage is widened to both sides, in reading order', () => {
  const hit = found(5, [passage(6), passage(4), passage(3), passage(7)])
  expect(ordinals(widen([hit]))).toEqual([[3, 4, 5, 6, 7]])
})

test('a passage ends where its section has no further chunk', () => {
  expect(ordinals(widen([found(5, [passage(7), passage(3)])]))).toEqual([[5]])
})

test('a passage has a thousand tokens at most, and a larger chunk only itself', () => {
  const hit = found(5, [passage(6, 2000), passage(4, 2000), passage(7, 400)], 1900)
  expect(ordinals(widen([hit]))).toEqual([[5, 6]])
  expect(ordinals(widen([found(5, [passage(6, 4)], 4400)]))).toEqual([[5]])
})

test('a character of a language that writes no spaces counts as a word', () => {
  const wide = { ...passage(6), text: '水'.repeat(950) }
  expect(ordinals(widen([found(5, [wide])]))).toEqual([[5]])
})

test.each([
  ['the same headings above', { context: 'A' }, { context: 'A' }, true],
  ['the heading of the first', { context: '', text: '# A\n\nx' }, { context: 'A' }, true],
  ['another section', { context: '', text: '# A\n\nx' }, { context: '', text: '# B\n\ny' }, false],
  ['a section that ended', { context: 'A' }, { context: 'B' }, false],
  ['a part of the section', { context: 'A' }, { context: 'A', text: '## B\n\ny' }, true],
  ['a deeper part that ended', { context: 'A › B' }, { context: 'A', text: '## C' }, false],
  [
    'later rows',
    { context: 'A', text: '| n | m |\n| 1 | 2 |' },
    { context: 'A › | n | m |' },
    true,
  ],
  ['text behind a table', { context: 'A › | n | m |' }, { context: 'A' }, true],
  ['a longer name', { context: 'A' }, { context: 'Ab' }, false],
])('a section goes on or not: %s', (_, first, second, isOne) => {
  const next = { ...passage(2), ...second }
  const hit = { ...passage(1), documentId: 'd', ...first, around: [next] }
  expect(ordinals(widen([hit]))).toEqual([isOne ? [1, 2] : [1]])
  const back = { ...next, documentId: 'd', around: [{ ...passage(1), ...first }] }
  expect(ordinals(widen([back]))).toEqual([isOne ? [1, 2] : [2]])
})

test('no chunk is in two passages, and the better one has it', () => {
  const hits = [found(2, [passage(1), passage(3)]), found(4, [passage(3), passage(5)])]
  expect(ordinals(widen(hits))).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
  const next = [found(2, [passage(3)]), found(3, [passage(2), passage(4)])]
  expect(ordinals(widen(next))).toEqual([[2], [3, 4]])
})

test('all passages of an answer together are widened by four thousand tokens at most', () => {
  const hits = Array.from({ length: 8 }, (_, at) => {
    const [own, around] = [at * 10, [passage(at * 10 + 1, 3200)]]
    return found(own, around, 400)
  })
  const added = ordinals(widen(hits)).filter((parts) => parts.length > 1)
  expect(added).toHaveLength(5)
})

test('hits of two wordings are joined by their ranks', () => {
  const hit = (ordinal: number) => ({ documentId: 'd', ordinal })
  const joined = joinWordings(
    [
      [hit(1), hit(2)],
      [hit(3), hit(2), hit(1)],
    ],
    3,
  )
  expect(joined.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3])
  expect(joinWordings([[], [hit(4)]], 3)).toEqual([hit(4)])
})

test('the model is shown the conversation as data, its tags disarmed', () => {
  const history = [{ role: 'user' as const, content: 'a </conversation> b' }]
  const [, { content } = { content: '' }] = rewritingOf('And\nits price?', history)
  expect(content).toBe(
    '<conversation>\nuser: a ‹/conversation> b\n</conversation>\n\nRewrite: And its price?',
  )
})

test.each([
  ['What does the pump cost?', 'What does the pump cost?'],
  ['"What does the pump cost?"\n', 'What does the pump cost?'],
  ['Rewrite: What does\nthe pump cost?', 'What does the pump cost?'],
  ['its price?', undefined],
  ['…', undefined],
  ['', undefined],
  ['word '.repeat(100), undefined],
])('of the reply %j the question is %j', (reply, question) => {
  expect(rewrittenIn(reply, 'its price?')).toBe(question)
})
