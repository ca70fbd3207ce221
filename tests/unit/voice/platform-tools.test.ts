/** The platform's own tools in a spoken reply: asked for, shown while they run, told to the model again. */
import { expect, test } from 'vitest'
import { createPlayer, sentOf, turnOf, typesOf, USAGE } from './play.ts'

const PLATFORM = { type: 'mcp', server_label: 'voiceassist' }
const TOOL = { type: 'function', name: 'get_weather', parameters: { type: 'object' } }
const called = (turn: number, callId = 'call_1_0') => ({
  type: 'tool_called' as const,
  turn,
  callId,
  name: 'calculate',
  arguments: '{"expression":"2*3"}',
})

function started(tools: object[] = [PLATFORM]) {
  const player = createPlayer()
  player.send({ type: 'session.update', session: { type: 'realtime', tools } })
  player.ask('What is two times three?')
  return { player, turn: turnOf(player.session) }
}

test.each([
  ['all that the caller may use', [PLATFORM], 'all'],
  ['these', [{ ...PLATFORM, allowed_tools: ['calculate'] }], ['calculate']],
  ['these, in the other spelling', [{ ...PLATFORM, allowed_tools: { tool_names: ['x'] } }], ['x']],
  ['none', [], []],
])('a session says which tools of the platform may run: %s', (_name, tools, platformTools) => {
  const { player } = started([TOOL, ...tools])
  expect(player.effects.find(({ type }) => type === 'answer')).toMatchObject({
    platformTools,
    tools: [{ name: 'get_weather' }],
  })
})

test.each([
  [{ ...PLATFORM, server_label: 'mine' }, 'session.tools.0.server_label'],
  [{ ...PLATFORM, require_approval: 'always' }, 'session.tools.0.require_approval'],
  [{ ...PLATFORM, server_url: 'https://mcp.example' }, 'session.tools.0'],
])('another server, or another manner, is refused by name: %#', (tool, param) => {
  const [error] = createPlayer().send({
    type: 'session.update',
    session: { type: 'realtime', tools: [tool] },
  })
  expect(error).toMatchObject({ type: 'error', error: { param } })
})

test('a call is an item of the reply before what is said, and its result stands in it', () => {
  const { player, turn } = started()
  const begun = player.happen(called(turn))
  expect(typesOf(begun)).toEqual([
    'response.output_item.added',
    'conversation.item.added',
    'response.mcp_call_arguments.delta',
    'response.mcp_call_arguments.done',
    'response.mcp_call.in_progress',
  ])
  const ended = player.happen({
    type: 'tool_returned',
    turn,
    callId: 'call_1_0',
    ok: true,
    content: '6',
  })
  expect(typesOf(ended)).toEqual([
    'response.mcp_call.completed',
    'response.output_item.done',
    'conversation.item.done',
  ])
  expect(sentOf(ended)[1]).toMatchObject({
    output_index: 0,
    item: {
      type: 'mcp_call',
      server_label: 'voiceassist',
      name: 'calculate',
      output: '6',
      error: null,
    },
  })
  player.answer('Six. ')
  const done = player.happen({ type: 'reply_spoken', turn })
  expect(sentOf(done).find(({ type }) => type === 'response.output_item.done')).toMatchObject({
    output_index: 1,
  })
  expect(sentOf(done).at(-1)).toMatchObject({
    response: { output: [{ type: 'mcp_call' }, { type: 'message' }] },
  })
})

test('a failed call has an error instead of an output', () => {
  const { player, turn } = started()
  player.happen(called(turn))
  const content = 'The tool failed: it took too long.'
  const ended = player.happen({
    type: 'tool_returned',
    turn,
    callId: 'call_1_0',
    ok: false,
    content,
  })
  expect(typesOf(ended)[0]).toBe('response.mcp_call.failed')
  expect(sentOf(ended)[1]).toMatchObject({
    item: { output: null, error: { type: 'tool_execution_error', message: content } },
  })
})

test('the result of a call nobody made, or of a reply that is over, is nothing', () => {
  const { player, turn } = started()
  const result = {
    type: 'tool_returned' as const,
    turn,
    callId: 'call_9_9',
    ok: true,
    content: 'x',
  }
  expect(player.happen(result)).toEqual([])
  player.happen(called(turn))
  player.send({ type: 'response.cancel' })
  expect(player.happen({ ...result, callId: 'call_1_0' })).toEqual([])
})

test('an interrupted reply ends its calls before itself', () => {
  const { player, turn } = started()
  player.happen(called(turn))
  const more = player.happen({ type: 'speech_started', fromMs: 5000 })
  expect(typesOf(more)).toEqual([
    'input_audio_buffer.speech_started',
    'response.mcp_call.failed',
    'response.output_item.done',
    'conversation.item.done',
    'response.done',
  ])
  expect(player.session.items.at(-1)).toMatchObject({ type: 'mcp_call', status: 'incomplete' })
})

test('what the platform’s tools brought goes along with the client’s results', () => {
  const { player, turn } = started([PLATFORM, TOOL])
  player.happen(called(turn))
  player.happen({ type: 'tool_returned', turn, callId: 'call_1_0', ok: true, content: '6' })
  const call = { name: 'get_weather', arguments: '{}' }
  const events = sentOf(player.happen({ type: 'answer_ended', turn, usage: USAGE, calls: [call] }))
  player.happen({ type: 'reply_spoken', turn })
  expect(events).toBeDefined()
  const asked = player.session.items.findLast(({ type }) => type === 'function_call')
  const item = {
    type: 'function_call_output',
    call_id: asked?.type === 'function_call' && asked.callId,
    output: 'rain',
  }
  player.send({ type: 'conversation.item.create', item })
  player.send({ type: 'response.create' })
  expect(player.effects.findLast(({ type }) => type === 'answer')).toMatchObject({
    exchanges: [
      { name: 'calculate', output: '6' },
      { name: 'get_weather', output: 'rain' },
    ],
  })
})

test('a filler is spoken at once, as long as nothing was said', () => {
  const { player, turn } = started()
  player.happen(called(turn))
  const filled = player.happen({ type: 'filler', turn, text: 'One moment, please. ' })
  const spoken = filled.flatMap((effect) => (effect.type === 'speak' ? [effect.text] : []))
  expect(spoken.join('')).toBe('One moment, please. ')
  expect(player.happen({ type: 'filler', turn, text: 'Again. ' })).toEqual([])
})

test('a written reply has no filler', () => {
  const player = createPlayer()
  const session = { type: 'realtime', output_modalities: ['text'], tools: [PLATFORM] }
  player.send({ type: 'session.update', session })
  player.ask('What is two times three?')
  const turn = turnOf(player.session)
  expect(player.happen({ type: 'filler', turn, text: 'One moment, please. ' })).toEqual([])
})
