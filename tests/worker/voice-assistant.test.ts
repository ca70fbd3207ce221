/** A tenant's own assistant in a voice session: greeting, voice, tools, instructions, limits. */
import { expect, test } from 'vitest'
import { AssistantContent } from '../../workers/assistant/assistant-schemas.ts'
import { dial } from './voice-call.ts'

const deskOf = (content: object) => AssistantContent.parse({ name: 'Desk', ...content })

type Call = Awaited<ReturnType<typeof dial>>

/** Written, so that what the model is told is exactly this. */
async function ask(call: Call, text: string, count: number) {
  const content = [{ type: 'input_text', text }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  call.send({ type: 'response.create' })
  return call.until('response.done', count)
}

test('it greets in its own voice once, and not whoever comes back', async () => {
  const greeting = 'Welcome to the harbour desk.'
  const assistant = deskOf({ greeting, voice: 'ash', language: 'de' })
  const call = await dial('acme:desk-greets', 'assistant:desk', undefined, assistant)
  const created = await call.until('session.created')
  expect(created).toMatchObject({
    session: {
      model: 'assistant:desk',
      instructions: '',
      audio: { input: { transcription: { language: 'de' } }, output: { voice: 'ash' } },
    },
  })
  await call.until('response.done')
  expect(call.heard()).toBe(greeting)
  await ask(call, 'call calculate {"expression":"6 * 7"}', 2)
  expect(call.named('response.created')).toHaveLength(2)
})

test('whoever asks at once need not hear the greeting out', async () => {
  const assistant = deskOf({ greeting: 'Welcome. '.repeat(40).trim() })
  const call = await dial('acme:desk-hurry', 'assistant:desk', undefined, assistant)
  await call.until('response.created')
  await ask(call, 'call calculate {"expression":"6 * 7"}', 2)
  const [greeting, answer] = call.named('response.done')
  expect(greeting).toMatchObject({ response: { status: 'cancelled' } })
  expect(answer).toMatchObject({ response: { status: 'completed' } })
  expect(call.named('error')).toEqual([])
})

test('it has its own tools and no others, whatever the client asks for', async () => {
  const assistant = deskOf({ tools: ['current_time'] })
  const call = await dial('acme:desk-tools', 'assistant:desk', undefined, assistant)
  const tools = [{ type: 'mcp', server_label: 'voiceassist', allowed_tools: ['calculate'] }]
  await ask(call, 'call current_time {"time_zone":"UTC"}', 1)
  expect(call.named('response.mcp_call.completed')).toHaveLength(1)
  call.send({ type: 'session.update', session: { type: 'realtime', tools } })
  await ask(call, 'call calculate {"expression":"6 * 7"}', 2)
  expect(call.named('response.mcp_call.completed')).toHaveLength(1)
})

test('one without tools still speaks by its own instructions, for as many turns as it has', async () => {
  const assistant = deskOf({ tools: [], instructions: 'Be brief.', limits: { max_turns: 1 } })
  const call = await dial('acme:desk-bare', 'assistant:desk', undefined, assistant)
  expect(await call.until('session.created')).toMatchObject({ session: { tools: [] } })
  expect(await ask(call, 'hello there', 1)).toMatchObject({ response: { status: 'completed' } })
  // Its one turn is over: goodbye, and the end.
  await call.until('response.done', 2)
  expect(call.heard()).toContain('goodbye')
})
