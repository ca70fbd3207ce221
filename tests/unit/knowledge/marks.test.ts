import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMarkParser, type MarkEvent } from '../../../workers/knowledge/marks.ts'

/** Parses `text` cut at these places; neighbouring texts are joined. */
function parse(text: string, cuts: readonly number[] = []): MarkEvent[] {
  const parser = createMarkParser()
  const places = [0, ...cuts.toSorted((a, b) => a - b), text.length]
  const pieces = places.slice(1).map((place, index) => text.slice(places[index], place))
  const events = [...pieces.flatMap((piece) => [...parser.push(piece)]), ...parser.flush()]
  return events.reduce<MarkEvent[]>((joined, event) => {
    const last = joined.at(-1)
    if (event.type !== 'text' || last?.type !== 'text') return [...joined, event]
    return [...joined.slice(0, -1), { type: 'text', text: last.text + event.text }]
  }, [])
}

const mark = (sourceId: string, quote: string) => ({ type: 'mark', sourceId, quote })
const text = (words: string) => ({ type: 'text', text: words })
const broken = { type: 'broken' }

test.each([
  ['plain words', [text('plain words')]],
  ['It pumps [k7f2 "It pumps"].', [text('It pumps '), mark('k7f2', 'It pumps'), text('.')]],
  ['[aaaa "x y"][bbbb "z"]', [mark('aaaa', 'x y'), mark('bbbb', 'z')]],
  [String.raw`[aaaa "say \"hi\" \\ there"]`, [mark('aaaa', String.raw`say "hi" \ there`)]],
  ['[aaaa "a ] b"]', [mark('aaaa', 'a ] b')]],
  ['[1] and [note] and [', [text('[1] and [note] and [')]],
  ['[toolong "x"]', [text('[toolong "x"]')]],
  ['cut [aaaa "never closed', [text('cut '), broken]],
  ['bad [aaaa "x" y] on', [text('bad '), broken, text(' on')]],
  ['[[aaaa "x"]]', [text('['), mark('aaaa', 'x'), text(']')]],
])('%s', (input, events) => {
  expect(parse(input)).toEqual(events)
})

test('where the pieces are cut makes no difference', () => {
  const part = fc.constantFrom(
    '[',
    ']',
    '"',
    '\\',
    'k7f2',
    ' ',
    'word',
    '[k7f2 "a b"]',
    '[1]',
    '\n',
  )
  const inputs = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(inputs, fc.array(fc.nat(200), { maxLength: 20 }), (input, cuts) => {
      const inside = cuts.filter((cut) => cut <= input.length)
      expect(parse(input, inside)).toEqual(parse(input))
    }),
  )
})

test('words that cannot become a mark are not held back', () => {
  const parser = createMarkParser()
  expect([...parser.push('One [two')]).toEqual([text('One ')])
  expect([...parser.push('ee three')].map((event) => event.type)).toEqual(['text', 'text'])
})
