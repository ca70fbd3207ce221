/** A conversation with functions of the client's own, as a voice agent on a stock client has it. */
import { expect, test } from 'vitest'
import { dial } from './voice-call.ts'

test('a function is called, run by the client, and its result is spoken', async () => {
  const call = await dial('acme:tools')
  const tools = [{ type: 'function', name: 'get_weather', description: 'The weather of a city' }]
  const session = { type: 'realtime', tools, instructions: 'You are a weather desk.' }
  call.send({ type: 'session.update', session })
  const said = 'call get_weather {"city":"Paris"}'
  const content = [{ type: 'input_text', text: said }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  call.send({ type: 'response.create' })

  const done = await call.until('response.function_call_arguments.done')
  expect(done).toMatchObject({ name: 'get_weather', arguments: '{"city":"Paris"}' })
  await call.until('response.done')
  const item = {
    type: 'function_call_output',
    call_id: done['call_id'],
    output: 'eighteen degrees',
  }
  call.send({ type: 'conversation.item.create', item })
  call.send({ type: 'response.create' })
  await call.until('response.done', 2)
  const [spoken] = call.named('response.output_audio_transcript.done')
  expect(spoken?.['transcript']).toContain('eighteen degrees')
  expect(call.heard()).toContain('eighteen degrees')
})

test('a session with instructions of its own speaks from the documents, with sources', async () => {
  const call = await dial('acme:told')
  call.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } })
  call.say('what does the warranty cover')
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expect(call.heard()).toBe(call.named('response.output_audio_transcript.done')[0]?.['transcript'])
})

test('a tool of the platform runs here, and its result is spoken', async () => {
  const call = await dial('acme:platform')
  const tools = [{ type: 'mcp', server_label: 'voiceassist' }]
  call.send({ type: 'session.update', session: { type: 'realtime', tools } })
  const content = [{ type: 'input_text', text: 'call calculate {"expression":"6 * 7"}' }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  call.send({ type: 'response.create' })
  expect(await call.until('response.done')).toMatchObject({
    response: {
      status: 'completed',
      output: [{ type: 'mcp_call', name: 'calculate', output: '42' }, { type: 'message' }],
    },
  })
  expect(call.heard()).toContain('42')
})

test('a tool the caller has no right to is not offered', async () => {
  const call = await dial('acme:unentitled')
  const tools = [{ type: 'mcp', server_label: 'voiceassist' }]
  call.send({ type: 'session.update', session: { type: 'realtime', tools } })
  const content = [{ type: 'input_text', text: 'call knowledge_search {"query":"warranty"}' }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  call.send({ type: 'response.create' })
  await call.until('response.done')
  expect(call.named('response.mcp_call.in_progress')).toEqual([])
})
