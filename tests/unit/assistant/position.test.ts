import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  advance,
  formatPosition,
  parsePosition,
  remainder,
  START,
} from '../../../workers/assistant/position.ts'
import type { Part } from '../../../workers/assistant/schemas.ts'
import { addPart } from '../../../workers/assistant/turn.ts'

const call: Part = { type: 'tool_call', id: 'c', tool_name: 't', arguments: '{}' }
const result: Part = { type: 'tool_result', id: 'c', tool_name: 't', ok: true, content: 'r' }
const anyPiece: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .string({ minLength: 1, maxLength: 5 })
      .map((text): Part => ({ type: 'text', text })),
  },
  fc.constantFrom(call, result),
)

test('a stream that breaks behind any event goes on exactly there', () => {
  fc.assert(
    fc.property(fc.array(anyPiece, { maxLength: 20 }), fc.nat({ max: 20 }), (pieces, broken) => {
      const parts = pieces.reduce<Part[]>((all, piece) => addPart(all, piece), [])
      let at = START
      const seen = pieces.slice(0, broken)
      for (const piece of seen) at = advance(at, piece)
      const from = parsePosition(formatPosition(at))
      expect(from).toEqual(at)
      const again = [...seen, ...remainder(parts, at)].reduce<Part[]>(
        (all, piece) => addPart(all, piece),
        [],
      )
      expect(again).toEqual(parts)
    }),
  )
})

test.each(['', 'x', '1', '1.', '-1.0', '1.2.3', '99999999.0', '1e3.0'])(
  '%s is no position',
  (text) => {
    expect(parsePosition(text)).toBeUndefined()
  },
)
