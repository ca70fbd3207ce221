/** The agent's turn: its order, its limits, and what it makes of whatever arrives when. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type {
  Effect,
  Step,
  ToolRule,
  TurnEvent,
  TurnSpec,
  TurnState,
} from '../../../workers/assistant/turn-state.ts'
import { beginTurn, stepTurn, textOf } from '../../../workers/assistant/turn.ts'

const fine: ToolRule = { problemOf: () => undefined, confirms: () => false }
const strict: ToolRule = {
  problemOf: (args) => ('n' in (args as object) ? undefined : 'n: is missing'),
  confirms: () => false,
}
const grave: ToolRule = { problemOf: () => undefined, confirms: () => true }
const spec: TurnSpec = {
  tools: new Map([
    ['look', fine],
    ['count', strict],
    ['erase', grave],
  ]),
  maxSteps: 4,
  phrases: { sorry: 'Sorry.', noAnswer: 'No answer.' },
}
const usage = { input_tokens: 3, output_tokens: 2 }
const asked = [{ role: 'user' as const, content: 'hello' }]

function play(events: readonly TurnEvent[], from: Step = beginTurn(spec, asked)) {
  let [turn, effects] = from
  const all = [...effects]
  for (const event of events) {
    ;[turn, effects] = stepTurn(spec, turn, event)
    all.push(...effects)
  }
  return { turn, effects: all }
}

const said = (step: number, text: string): TurnEvent => ({ type: 'model_delta', step, text })
const ended = (step: number, ...calls: [name: string, args: string][]): TurnEvent => ({
  type: 'model_ended',
  step,
  calls: calls.map(([name, text]) => ({ name, arguments: text })),
  usage,
  model: 'm',
  fellBack: false,
})
const brought = (callId: string, content = 'found'): TurnEvent => {
  return { type: 'tool_ended', callId, outcome: { ok: true, content }, ms: 5 }
}
const broke = (callId: string): TurnEvent => {
  return { type: 'tool_ended', callId, outcome: { ok: false, problem: 'it is down.' }, ms: 5 }
}
const lastMessages = (effects: readonly Effect[]) => {
  const call = effects.findLast((effect) => effect.type === 'call_model')
  return call?.type === 'call_model' ? call.messages : []
}

test('a turn without tools is its text', () => {
  const { turn } = play([said(1, 'Hel'), said(1, 'lo'), ended(1)])
  expect(turn).toMatchObject({ stage: 'done', status: 'complete', reason: null, usage })
  expect(turn.parts).toEqual([{ type: 'text', text: 'Hello' }])
})

test('what is shown comes as text, call, result, text', () => {
  const events = [said(1, 'Wait. '), ended(1, ['look', '{}']), brought('call_1_0')]
  const { turn, effects } = play([...events, said(2, 'Here.'), ended(2)])
  expect(turn.parts.map(({ type }) => type)).toEqual(['text', 'tool_call', 'tool_result', 'text'])
  expect(textOf(turn)).toBe('Wait. Here.')
  expect(lastMessages(effects).slice(-2)).toEqual([
    {
      role: 'assistant',
      content: 'Wait. ',
      calls: [{ id: 'call_1_0', name: 'look', arguments: '{}' }],
    },
    { role: 'tool', callId: 'call_1_0', content: 'found' },
  ])
  expect(turn.usage).toEqual({ input_tokens: 6, output_tokens: 4 })
})

test('calls made together run together, and their results go back in the order of the calls', () => {
  const both = ended(1, ['look', '{"a":1}'], ['look', '{"a":2}'])
  const begun = play([both])
  expect(begun.effects.filter(({ type }) => type === 'run_tool')).toHaveLength(2)
  const { effects } = play([both, brought('call_1_1', 'two'), brought('call_1_0', 'one')])
  expect(lastMessages(effects).slice(-2)).toMatchObject([{ content: 'one' }, { content: 'two' }])
})

test('a failed tool is told to the model, counted, and the turn goes on', () => {
  const { turn, effects } = play([
    ended(1, ['look', '{}']),
    broke('call_1_0'),
    said(2, 'Could not look.'),
    ended(2),
  ])
  expect(turn).toMatchObject({ status: 'complete', calls: [{ status: 'failed' }] })
  expect(lastMessages(effects).at(-1)).toMatchObject({
    content: expect.stringMatching(/it is down.*Say so/),
  })
})

describe('arguments that are not valid', () => {
  test.each(['{"m":1}', 'no json', '[1]'])('%s is sent back once', (args) => {
    const { turn, effects } = play([ended(1, ['count', args])])
    expect(turn).toMatchObject({ step: 2, calls: [{ status: 'invalid' }] })
    expect(effects.some(({ type }) => type === 'run_tool')).toBe(false)
    expect(lastMessages(effects).at(-1)).toMatchObject({
      content: expect.stringContaining('Call count again'),
    })
  })

  test('a repaired call runs; a second malformed one is a failure', () => {
    const first = ended(1, ['count', '{}'])
    expect(play([first, ended(2, ['count', '{"n":1}'])]).effects.at(-1)).toMatchObject({
      type: 'run_tool',
      args: { n: 1 },
    })
    const { turn } = play([first, ended(2, ['count', '{}'])])
    expect(turn.calls.map(({ status }) => status)).toEqual(['invalid', 'failed'])
  })

  test('a tool nobody has is a failure, and no arguments at all are none', () => {
    const { turn } = play([ended(1, ['shell', '{}'], ['look', ''])])
    expect(turn.calls).toMatchObject([{ tool_name: 'shell', status: 'failed' }])
    expect(turn.open[1]).toMatchObject({ name: 'look', result: undefined })
  })
})

describe('a call that destroys something', () => {
  test('does not run before the user agrees', () => {
    const { turn, effects } = play([ended(1, ['erase', '{"id":7}'])])
    expect(turn.calls).toMatchObject([{ status: 'unconfirmed' }])
    expect(effects.some(({ type }) => type === 'run_tool')).toBe(false)
  })

  test('runs first of all once they have', () => {
    const confirmed = [{ name: 'erase', arguments: '{"id":7}' }]
    const begun = beginTurn(spec, asked, confirmed)
    expect(begun[1].at(-1)).toMatchObject({ type: 'run_tool', name: 'erase', args: { id: 7 } })
    const { effects } = play([brought('call_0_0', 'erased')], begun)
    expect(lastMessages(effects).at(-1)).toMatchObject({ role: 'tool', content: 'erased' })
  })
})

test('a loop of tools ends at the step limit, where the model gets none', () => {
  const events = [1, 2, 3].flatMap((step) => [
    ended(step, ['look', '{}']),
    brought(`call_${step}_0`),
  ])
  const { turn, effects } = play([...events, ended(4, ['look', '{}'])])
  const calls = effects.filter((effect) => effect.type === 'call_model')
  expect(calls.map((call) => call.type === 'call_model' && call.withTools)).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect(turn).toMatchObject({ status: 'failed', reason: 'step_limit' })
  expect(textOf(turn)).toBe('Sorry.')
})

test('more calls at once than allowed are refused', () => {
  const many = Array.from({ length: 12 }, (): [string, string] => ['look', '{}'])
  const { turn, effects } = play([ended(1, ...many)])
  expect(effects.filter(({ type }) => type === 'run_tool')).toHaveLength(8)
  expect(turn.calls).toHaveLength(4)
})

test('a result too long for the model is cut, with a note', () => {
  const { effects } = play([ended(1, ['look', '{}']), brought('call_1_0', 'x'.repeat(5_000_000))])
  const content = lastMessages(effects).at(-1)!.content
  expect(content.length).toBeLessThan(17_000)
  expect(content).toMatch(/\[Cut: 16000 of 5000000 characters are here\.\]$/)
})

test('when no model answers the user hears so; when it breaks off, what was said stays', () => {
  const lost = play([{ type: 'model_failed', step: 1 }]).turn
  expect(lost).toMatchObject({ status: 'failed', reason: 'unavailable' })
  expect(textOf(lost)).toBe('Sorry.')
  const cut = play([said(1, 'The first half'), { type: 'model_failed', step: 1 }]).turn
  expect(cut).toMatchObject({ status: 'partial', reason: 'unavailable' })
  expect(textOf(cut)).toBe('The first half')
})

test('an empty answer says that there is none', () => {
  expect(textOf(play([ended(1)]).turn)).toBe('No answer.')
})

const anyEvent: fc.Arbitrary<TurnEvent> = fc.oneof(
  fc
    .record({ step: fc.integer({ min: 0, max: 5 }), text: fc.constantFrom('a', 'b ', '') })
    .map(({ step, text }) => said(step, text)),
  fc
    .record({
      step: fc.integer({ min: 1, max: 5 }),
      calls: fc.array(
        fc.tuple(
          fc.constantFrom('look', 'count', 'erase', 'nobody'),
          fc.constantFrom('{}', '{"n":1}', '{', ''),
        ),
        { maxLength: 10 },
      ),
    })
    .map(({ step, calls }) => ended(step, ...calls)),
  fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 9 }), fc.boolean())
    .map(([step, index, ok]) => (ok ? brought : broke)(`call_${step}_${index}`)),
  fc.integer({ min: 1, max: 5 }).map((step): TurnEvent => ({ type: 'model_failed', step })),
  { weight: 1, arbitrary: fc.constant<TurnEvent>({ type: 'stopped', reason: 'cancelled' }) },
)

/** Results of every call that runs, so that random events reach deep turns too. */
const resultsFor = (turn: TurnState) =>
  turn.open.filter(({ result }) => result === undefined).map(({ id }) => brought(id))

test('whatever comes late, twice, failed or never, the invariants hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyEvent, fc.boolean()), { maxLength: 60 }), (events) => {
      let [turn, effects] = beginTurn(spec, asked)
      const all = [...effects]
      const take = (event: TurnEvent) => {
        const wasDone = turn.stage === 'done'
        ;[turn, effects] = stepTurn(spec, turn, event)
        expect(wasDone && effects.length > 0).toBe(false)
        all.push(...effects)
      }
      for (const [event, help] of events) {
        take('step' in event ? { ...event, step: help ? turn.step : event.step } : event)
        if (help) for (const result of resultsFor(turn)) take(result)
      }
      check(turn, all)
      take({ type: 'stopped', reason: 'timed_out' })
      check(turn, all)
      expect(all.filter(({ type }) => type === 'finish')).toHaveLength(1)
    }),
    { numRuns: 400 },
  )
})

function check(turn: TurnState, effects: readonly Effect[]) {
  // Never two answers, never past the limit.
  expect(effects.filter(({ type }) => type === 'finish').length).toBeLessThanOrEqual(1)
  expect(effects.findIndex(({ type }) => type === 'finish')).toBeOneOf([-1, effects.length - 1])
  expect(effects.filter(({ type }) => type === 'call_model').length).toBeLessThanOrEqual(
    spec.maxSteps,
  )
  // A call runs once and has one result.
  const run = effects.flatMap((effect) => (effect.type === 'run_tool' ? [effect.callId] : []))
  expect(new Set(run).size).toBe(run.length)
  const results = turn.parts.flatMap((part) => (part.type === 'tool_result' ? [part.id] : []))
  expect(new Set(results).size).toBe(results.length)
  expect(turn.calls.map(({ id }) => id)).toEqual(results)
  const confirmed = effects.some((effect) => effect.type === 'run_tool' && effect.name === 'erase')
  expect(confirmed).toBe(false)
  // What is shown piece by piece is what is kept.
  const shown = effects.flatMap((effect) => (effect.type === 'show' ? [effect.part] : []))
  const text = shown.map((part) => (part.type === 'text' ? part.text : '')).join('')
  expect(text).toBe(textOf(turn))
  // Every call the model is reminded of has its result right behind it.
  for (const effect of effects) {
    if (effect.type !== 'call_model') continue
    for (const [index, message] of effect.messages.entries()) {
      if (message.role !== 'assistant') continue
      const answers = effect.messages.slice(index + 1, index + 1 + message.calls.length)
      const ids = answers.map((answer) => (answer.role === 'tool' ? answer.callId : ''))
      expect(ids).toEqual(message.calls.map(({ id }) => id))
    }
  }
}
