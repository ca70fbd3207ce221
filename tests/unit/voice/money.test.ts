/** What a session costs: told, warned of, and its end. */
import { expect, test } from 'vitest'
import { OUT_OF_MONEY } from '../../../workers/voice/money.ts'
import { wakeAt } from '../../../workers/voice/step.ts'
import { createPlayer, open, sentOf, START, turnOf, typesOf } from './play.ts'

const costing = (microDollars: number) => ({ type: 'charged' as const, microDollars })
const limited = (maxSpent = 1000) => createPlayer({ ...open(), maxSpent })
const spokenIn = (effects: readonly { type: string }[]) =>
  effects.flatMap((effect) => ('text' in effect ? [String(effect.text)] : [])).join('')

test('the client is warned once, at four fifths', () => {
  const player = limited()
  expect(player.happen(costing(799))).toEqual([])
  expect(sentOf(player.happen(costing(1)))).toEqual([
    {
      type: 'voiceassist.budget_warning',
      spent_micro_dollars: 800,
      limit_micro_dollars: 1000,
    },
  ])
  expect(player.happen(costing(100))).toEqual([])
})

test('at the limit it says goodbye, then closes with 1008', () => {
  const player = limited()
  const more = player.happen(costing(1000))
  expect(typesOf(more).slice(0, 3)).toEqual([
    'voiceassist.budget_warning',
    'error',
    'response.created',
  ])
  expect(sentOf(more)[1]).toMatchObject({ error: { code: 'session_cost_reached' } })
  expect(spokenIn(more)).toBe(OUT_OF_MONEY)
  expect(player.happen({ type: 'speech_started', fromMs: 0 })).toEqual([])
  const turn = turnOf(player.session)
  player.happen({ type: 'audio', turn, clause: 0, base64: 'AAAA', ms: 2000 })
  player.happen({ type: 'reply_spoken', turn })
  expect(player.session.phase).toBe('farewell')
  player.wait(wakeAt(player.session) - START)
  expect(player.happen({ type: 'tick', inputMs: 0 }).at(-1)).toMatchObject({
    type: 'close',
    code: 1008,
  })
})

test('a reply that is being made is heard to its end first', () => {
  const player = limited()
  player.ask('What is pi?')
  const more = player.happen(costing(1000))
  expect(typesOf(more)).not.toContain('response.created')
  const turn = player.answer('About three. ')
  const after = player.happen({ type: 'reply_spoken', turn })
  expect(sentOf(after).find(({ type }) => type === 'response.done')).toMatchObject({
    response: { status: 'completed' },
  })
  expect(spokenIn(after)).toBe(OUT_OF_MONEY)
})

test('a budget that refuses fails the reply and ends the session alike', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  const turn = turnOf(player.session)
  const more = player.happen({ type: 'unaffordable' })
  expect(more[0]).toEqual({ type: 'cancel', turn })
  expect(typesOf(more)).toContain('error')
  expect(sentOf(more).find(({ type }) => type === 'response.done')).toMatchObject({
    response: { status: 'failed' },
  })
  expect(spokenIn(more)).toBe(OUT_OF_MONEY)
  expect(player.happen({ type: 'reply_failed', turn })).toEqual([])
  expect(player.happen({ type: 'unaffordable' })).toEqual([])
})

test('a goodbye that cannot be spoken still ends in the close', () => {
  const player = limited()
  player.happen(costing(1000))
  const more = player.happen({ type: 'reply_failed', turn: turnOf(player.session) })
  expect(more.at(-1)).toMatchObject({ type: 'close', code: 1008 })
  expect(player.session.phase).toBe('ended')
})

test('nothing is ever taken back', () => {
  const player = limited()
  player.happen(costing(500))
  player.happen(costing(-400))
  expect(player.session.spent).toBe(500)
})
