import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FOLD_ABOVE,
  foldOf,
  type SaidTurn,
  summaryMessages,
} from '../../../workers/assistant/summary.ts'
import { estimateTokens } from '../../../workers/assistant/window.ts'

const pair = (turn: number, length: number): SaidTurn[] => [
  { role: 'user', content: 'q'.repeat(length), turn },
  { role: 'assistant', content: 'a'.repeat(length), turn },
]
const tokensOf = (said: readonly SaidTurn[]) =>
  said.reduce((sum, { content }) => sum + estimateTokens(content), 0)

test('short conversations are folded never, and the newest turn not even when it is long', () => {
  expect(foldOf([])).toBeUndefined()
  expect(foldOf([...pair(1, 400), ...pair(2, 400)])).toBeUndefined()
  expect(foldOf(pair(1, 40_000))).toBeUndefined()
  expect(foldOf([...pair(1, 8000), ...pair(2, 8000)])).toMatchObject({ through: 1 })
})

test('what is folded is the oldest, in whole turns, and what stays is short enough', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(lengths, fc.nat(20), (turns, before) => {
      const said = turns.flatMap((length, index) => pair(before + index + 1, length))
      const { folded = [], through = 0 } = foldOf(said) ?? {}
      expect(folded).toEqual(said.slice(0, folded.length))
      const kept = said.slice(folded.length)
      expect(kept.length).toBeGreaterThanOrEqual(2)
      expect(kept.every(({ turn }) => turn > through)).toBe(true)
      expect(folded.every(({ turn }) => turn <= through)).toBe(true)
      // Short enough, or the newest turn alone.
      expect(tokensOf(kept) <= FOLD_ABOVE || kept.length === 2).toBe(true)
      expect(folded.length > 0).toBe(tokensOf(said) > FOLD_ABOVE && turns.length > 1)
    }),
  )
})

test('the summary before is told again, marks of citations are not', () => {
  const said: SaidTurn[] = [{ role: 'assistant', content: 'Four bar [1].', turn: 1 }]
  const [task, script] = summaryMessages('They ask about tides.', said)
  expect(task).toMatchObject({ role: 'system', content: expect.stringContaining('data') })
  expect(script!.content).toContain('They ask about tides.')
  expect(script!.content).toContain('assistant: Four bar.')
})
