/** Functions that somebody else runs, among tools that run here. */
import { expect, test } from 'vitest'
import type { TurnEvent } from '../../../workers/assistant/turn-state.ts'
import { beginTurn, stepTurn } from '../../../workers/assistant/turn.ts'

const spec = {
  tools: new Map([['look', { problemOf: () => undefined, confirms: () => false }]]),
  external: new Set(['theirs']),
  maxSteps: 4,
  phrases: { sorry: 'Sorry.', noAnswer: 'No answer.' },
}
const asked = [{ role: 'user' as const, content: 'hello' }]
const ended = (...calls: [name: string, args: string][]): TurnEvent => ({
  type: 'model_ended',
  step: 1,
  calls: calls.map(([name, text]) => ({ name, arguments: text })),
  usage: { input_tokens: 3, output_tokens: 2 },
  model: 'm',
  fellBack: false,
})

test('functions that others run end the turn, once the tools of its own have returned', () => {
  const [asking] = beginTurn(spec, asked)
  const both = ended(['look', '{}'], ['theirs', '{"a":1}'])
  const [working, effects] = stepTurn(spec, asking, both)
  expect(effects.filter(({ type }) => type === 'run_tool')).toHaveLength(1)
  expect(effects.some(({ type }) => type === 'finish')).toBe(false)
  const outcome = { ok: true as const, content: 'seen' }
  const [turn, last] = stepTurn(spec, working, {
    type: 'tool_ended',
    callId: 'call_1_0',
    outcome,
    ms: 1,
  })
  expect(last.at(-1)).toEqual({ type: 'finish' })
  expect(turn).toMatchObject({
    status: 'complete',
    handedOver: [{ name: 'theirs', arguments: '{"a":1}' }],
  })
  const [alone, end] = stepTurn(spec, asking, ended(['theirs', '{}']))
  expect([alone.status, end.at(-1)]).toEqual(['complete', { type: 'finish' }])
})
