/** What a model is told of a conversation that its caller keeps. */
import { expect, test } from 'vitest'
import {
  fitExchanges,
  idIn,
  type Item,
  type Kept,
  messagesFrom,
  turnOf,
} from '../../../workers/assistant/hosted.ts'
import type { ModelMessage } from '../../../workers/assistant/turn-state.ts'

const TURN = '01a21cc8-afcd-725f-b69e-41891c8ddccb'
const CALL = idIn('call', TURN, 0)
const user = (text: string): Item => ({ type: 'said', role: 'user', text })
const bot = (text: string): Item => ({ type: 'said', role: 'assistant', text })
const call = (callId: string): Item => ({ type: 'call', callId, name: 'f', arguments: '{}' })
const result = (callId: string): Item => ({ type: 'result', callId, output: 'out' })
const own: ModelMessage[] = [
  {
    role: 'assistant',
    content: 'Wait.',
    calls: [{ id: 'call_1_0', name: 'ours', arguments: '{}' }],
  },
  { role: 'tool', callId: 'call_1_0', content: '42' },
]
const kept: Kept = {
  sessionId: 's',
  before: [{ role: 'user', content: 'q' }],
  made: own,
  sources: [],
  calls: [{ id: CALL, name: 'f', arguments: '{}' }],
  unconfirmed: [],
}
const known = new Map([[TURN, kept]])
const theirs = { role: 'assistant', content: '', calls: [{ id: CALL, name: 'f', arguments: '{}' }] }
const done = { role: 'tool', callId: CALL, content: 'out' }

test('ids tell their turn and have at most the 40 characters that providers take', () => {
  expect(CALL.length).toBeLessThanOrEqual(40)
  expect(turnOf(CALL)).toBe(TURN)
  expect(turnOf('call_abc')).toBeUndefined()
})

test('what a kept turn did stands once, in place of what the caller knows of it', () => {
  const whole = [{ role: 'user', content: 'q' }, ...own, theirs, done]
  expect(messagesFrom([user('q'), bot('Wait.'), call(CALL), result(CALL)], known)).toEqual({
    messages: whole,
  })
  const reference = { type: 'reference' as const, id: idIn('msg', TURN, 0) }
  expect(messagesFrom([user('q'), reference, call(CALL), result(CALL)], known)).toEqual({
    messages: whole,
  })
  expect(messagesFrom([result(CALL)], known, kept)).toEqual({ messages: whole })
})

test('without it the turn goes on with what the caller has', () => {
  const told = messagesFrom([user('q'), bot('Wait. [1]'), call(CALL), result(CALL)], new Map())
  expect(told).toEqual({
    messages: [{ role: 'user', content: 'q' }, { ...theirs, content: 'Wait.' }, done],
  })
})

test('calls side by side are one message, one after the other several', () => {
  const shapes = (...items: Item[]) => {
    const told = messagesFrom([user('q'), ...items], new Map())
    return 'messages' in told ? told.messages.map(({ role }) => role).join(' ') : told.fault
  }
  expect(shapes(call('a'), call('b'), result('b'), result('a'))).toBe('user assistant tool tool')
  expect(shapes(call('a'), result('a'), call('b'), result('b'))).toBe(
    'user assistant tool assistant tool',
  )
})

test.each<[string, Item[], number]>([
  ['a call without its result', [user('q'), call('a'), user('r')], 2],
  ['a call without its result at the end', [user('q'), call('a')], 1],
  ['a result without its call', [user('q'), result('a')], 1],
  ['a second result', [user('q'), call('a'), result('a'), result('a')], 3],
  ['an answer at the end', [user('q'), bot('a')], 1],
  ['a reference to nothing', [{ type: 'reference', id: 'msg_1' }, user('q')], 0],
])('%s is a fault at its place', (_, items, at) => {
  expect(messagesFrom(items, new Map())).toMatchObject({ fault: expect.any(String), at })
})

test('old exchanges go first, each whole; the last one stays however long it is', () => {
  const long = 'word '.repeat(100)
  const exchange = (name: string): ModelMessage[] => [
    { role: 'user', content: name },
    { role: 'assistant', content: '', calls: [{ id: name, name: 'f', arguments: '{}' }] },
    { role: 'tool', callId: name, content: long },
  ]
  const all = [...exchange('a'), ...exchange('b'), ...exchange('c')]
  expect(fitExchanges(all, 10_000)).toEqual(all)
  expect(fitExchanges(all, 350)).toEqual([...exchange('b'), ...exchange('c')])
  expect(fitExchanges(all, 1)).toEqual(exchange('c'))
})
