/** Functions of the client's: declared, called, answered, and told to the model again. */
import { expect, test } from 'vitest'
import { createPlayer, open, sentOf, turnOf } from './play.ts'

const TOOL = { type: 'function', name: 'get_weather', parameters: { type: 'object' } }
const CALL = { name: 'get_weather', arguments: '{"city":"Paris"}' }
const text = (content: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: content }] },
})

/** A written session with the tool, up to where the model is asked. */
function started(session = open()) {
  const player = createPlayer(session)
  const [updated] = player.send({
    type: 'session.update',
    session: { type: 'realtime', tools: [TOOL], output_modalities: ['text'] },
  })
  expect(updated).toMatchObject({ session: { tools: [{ ...TOOL, description: '' }] } })
  player.send(text('what is the weather in Paris'))
  player.send({ type: 'response.create' })
  return player
}

const typesOf = (events: { type: string }[]) => events.map(({ type }) => type)
const asked = (player: ReturnType<typeof started>) =>
  player.effects.flatMap((effect) => (effect.type === 'answer' ? [effect] : []))

test('a call is an item of the reply, with the events a client runs it by', () => {
  const player = started()
  expect(asked(player)).toMatchObject([{ tools: [{ name: 'get_weather' }], exchanges: [] }])
  const usage = { inputTokens: 1, outputTokens: 1 }
  const turn = turnOf(player.session)
  const events = sentOf(player.happen({ type: 'answer_ended', turn, usage, calls: [CALL] }))
  expect(typesOf(events)).toEqual([
    'response.output_item.added',
    'conversation.item.added',
    'conversation.item.done',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.done',
  ])
  expect(events.at(-1)).toMatchObject({
    response: { status: 'completed', output: [{ type: 'function_call', ...CALL }] },
  })
  // Clients run what is complete, so it is not before its arguments are there.
  expect(events[0]).toMatchObject({ item: { status: 'in_progress', arguments: '' } })
  expect(events.at(-2)).toMatchObject({ output_index: 0, item: { status: 'completed', ...CALL } })
})

test('what was said before a call stands before it', () => {
  const player = started()
  const turn = player.answer('Let me look. ', 500, [CALL])
  expect(turnOf(player.session)).not.toBe(turn)
  const done = sentOf(player.effects).filter(({ type }) => type === 'response.output_item.done')
  expect(done).toMatchObject([
    { output_index: 0, item: { type: 'message' } },
    { output_index: 1, item: { type: 'function_call' } },
  ])
})

/** The call's id, once the model has asked for it. */
function called(player: ReturnType<typeof started>) {
  player.answer('Let me look. ', 500, [CALL])
  const call = player.session.items.findLast(({ type }) => type === 'function_call')
  return call?.type === 'function_call' ? call.callId : ''
}

test('its result goes to the model with the question, and is no new turn', () => {
  const player = started(open({ maxTurns: 1 }))
  const call_id = called(player)
  const output = '18 degrees'
  player.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id, output },
  })
  player.send({ type: 'response.create' })
  expect(asked(player).at(-1)).toMatchObject({
    question: 'what is the weather in Paris',
    exchanges: [{ callId: call_id, ...CALL, output }],
  })
  expect(player.session).toMatchObject({ turns: 1, phase: 'open' })
})

test('a client that runs functions for ever is told goodbye', () => {
  const player = started(open({ maxTurns: 1 }))
  for (let round = 0; round < 5; round++) {
    const call_id = called(player)
    if (call_id === '') break
    const item = { type: 'function_call_output', call_id, output: 'again' }
    player.send({ type: 'conversation.item.create', item })
    player.send({ type: 'response.create' })
  }
  expect(asked(player)).toHaveLength(4)
  expect(player.session.phase).not.toBe('open')
})

test('a result of nothing that was called is refused', () => {
  const player = started()
  const [error] = player.send({
    type: 'conversation.item.create',
    event_id: 'mine',
    item: { type: 'function_call_output', call_id: 'call_x', output: '' },
  })
  expect(error).toMatchObject({
    error: { code: 'tool_call_not_found', param: 'item.call_id', event_id: 'mine' },
  })
})

test('a reply that was interrupted calls nothing', () => {
  const player = started()
  player.send({ type: 'response.cancel' })
  expect(player.session.items.some(({ type }) => type === 'function_call')).toBe(false)
})

test('one reply may have instructions and tools of its own', () => {
  const player = createPlayer()
  player.send(text('hello'))
  player.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be kind.' }] },
  })
  const response = { instructions: 'Be brief.', tools: [TOOL], tool_choice: 'required' }
  player.send({ type: 'response.create', response })
  expect(player.effects.find(({ type }) => type === 'answer')).toMatchObject({
    instructions: 'Be brief.\nBe kind.',
    tools: [{ name: 'get_weather' }],
    toolChoice: 'required',
  })
})
