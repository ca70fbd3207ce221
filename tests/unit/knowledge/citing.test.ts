import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCiter } from '../../../workers/knowledge/citing.ts'

const SOURCES = [
  {
    id: 'aaaa',
    documentId: 'd1',
    title: 'Pump',
    text: 'The pump runs\nat 4.2 bar. See <source> and https://pump.example/a. The valve opens.',
    start: 100,
    page: 3,
    pageStarts: [150],
  },
  {
    id: 'bbbb',
    documentId: 'd2',
    title: 'Cat',
    text: 'Cats purr. See https://cat.example/a.',
    start: 0,
    page: 1,
    pageStarts: [],
  },
]

function cite(answer: string) {
  const citer = createCiter(SOURCES)
  const events = answer.split('').flatMap((letter) => [...citer.push(letter)])
  const end = citer.finish()
  let last = end.next()
  for (; !last.done; last = end.next()) events.push(last.value)
  const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []))
  expect(deltas.join('')).toBe(last.value.text)
  return last.value
}

test.each([
  ['a proved statement', 'Cats purr. [bbbb "Cats purr."]', 'Cats purr. [1]', 0],
  [
    'two of them',
    'Purr! [bbbb "purr"]\n\n- Opens. [aaaa "The valve opens."]',
    'Purr! [1]\n\n- Opens. [2]',
    0,
  ],
  [
    'a mark before the full stop',
    'Cats purr [bbbb "Cats purr"]. They do [bbbb "purr"].',
    'Cats purr [1]. They do [2]',
    0,
  ],
  [
    'two marks for one statement',
    'Both. [bbbb "Cats purr."][aaaa "valve opens"]',
    'Both. [1][2]',
    0,
  ],
  [
    'the same mark twice',
    'Purr. [bbbb "Cats"] [bbbb "Cats"] Yes. [bbbb "Cats"]',
    'Purr. [1] Yes. [1]',
    0,
  ],
  ['a line break copied as a space', 'It runs. [aaaa "runs at 4.2 bar"]', 'It runs. [1]', 0],
  [
    'an invented quote',
    'Cats bark. [bbbb "Cats bark"] Cats purr. [bbbb "Cats purr"]',
    'Cats purr. [1]',
    1,
  ],
  ['an invented source', 'Cats bark. [zzzz "Cats purr"]', '', 1],
  ['a quote that proves nothing', 'Cats bark. [bbbb " . "]', '', 1],
  ['a statement without a mark', 'Cats purr. [bbbb "Cats purr."] Dogs bark.', 'Cats purr. [1]', 1],
  ['a mark that breaks off', 'Cats purr. [bbbb "Cats pu', '', 1],
  [
    'numbers of the model itself',
    'Cats [7] purr [1, 2]. [bbbb "purr"]',
    'Cats (7) purr (1, 2). [1]',
    0,
  ],
  ['a link', 'See [this](https://evil.example). [bbbb "purr"]', 'See this. [1]', 0],
  ['an address no source has', 'At https://evil.example/x now. [bbbb "purr"]', 'At  now. [1]', 0],
  [
    'an address a source has',
    'At https://cat.example/a now. [bbbb "purr"]',
    'At https://cat.example/a now. [1]',
    0,
  ],
  [
    'an address only a source has that looks like an attempt',
    'At https://pump.example/a now. [bbbb "purr"]',
    'At  now. [1]',
    0,
  ],
  ['an address without a scheme', 'At //evil.example/a. [bbbb "purr"]', 'At [1]', 0],
  ['tags as the model was shown them', 'Tag. [aaaa "See ‹source> and"]', 'Tag. [1]', 0],
  ['nothing found', 'NOT_FOUND', '', 0],
])('%s', (_name, answer, text, withheld) => {
  expect(cite(answer)).toMatchObject({ text, withheld })
})

test('a citation is the source’s own words at their place and page', () => {
  const { citations } = cite('Runs. [aaaa "runs at 4.2"] Opens. [aaaa "The valve opens."]')
  expect(citations).toEqual([
    {
      number: 1,
      documentId: 'd1',
      title: 'Pump',
      page: 3,
      start: 109,
      end: 120,
      quote: 'runs\nat 4.2',
    },
    {
      number: 2,
      documentId: 'd1',
      title: 'Pump',
      page: 4,
      start: 167,
      end: 183,
      quote: 'The valve opens.',
    },
  ])
})

test('whatever a model writes, every number shown has one true citation', () => {
  const part = fc.constantFrom(
    'Cats purr. ',
    '[bbbb "Cats purr."]',
    '[bbbb "Cats bark"]',
    '[aaaa "4.2 bar"]',
    '[1]',
    '[99]',
    '[zzzz "x"]',
    '[[1]](x)',
    '[bbbb "',
    '"]',
    '\\',
    '\n',
    'NOT_FOUND',
    '[',
    ']',
    '(',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
      const { text, citations } = cite(parts.join(''))
      const shown = new Set([...text.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number)))
      expect([...shown].toSorted((a, b) => a - b)).toEqual(citations.map(({ number }) => number))
      for (const { documentId, start, end, quote } of citations) {
        const source = SOURCES.find((one) => one.documentId === documentId)!
        expect(source.text.slice(start - source.start, end - source.start)).toBe(quote)
      }
    }),
    { numRuns: 500 },
  )
})
