/** The conversation against a real stream over a socket. */
import { expect, test } from 'vitest'
import { VoiceAssist } from '../../../sdk/client.ts'
import { Conversation } from '../../../workers/console/lib/conversation.ts'
import { serve } from '../sdk/server.ts'

const DONE = { answerId: 'a', abstained: false, text: 'Forty-two [1].', citations: [{ number: 1 }] }
const answer = {
  headers: { 'content-type': 'text/event-stream' },
  body: `event: delta\ndata: {"text":"Forty"}\n\nevent: done\ndata: ${JSON.stringify(DONE)}\n\n`,
}

test('the second question carries the first and its answer', async () => {
  const { url, seen } = await serve(answer)
  const conversation = new Conversation(new VoiceAssist({ url }))
  await conversation.ask('What is it?')
  await conversation.ask('Why?')
  expect(conversation.snapshot()).toMatchObject([
    { question: 'What is it?', status: 'done', text: 'Forty-two [1].', citations: [{ number: 1 }] },
    { question: 'Why?', status: 'done' },
  ])
  expect(JSON.parse(seen[1]!.body)).toEqual({
    question: 'Why?',
    history: [
      { role: 'user', content: 'What is it?' },
      { role: 'assistant', content: 'Forty-two [1].' },
    ],
  })
})

test('stopping keeps what was written and is not a failure', async () => {
  const { url } = await serve(answer)
  const conversation = new Conversation(new VoiceAssist({ url }))
  const asked = conversation.ask('What is it?')
  conversation.stop()
  await asked
  expect(conversation.snapshot()).toMatchObject([{ status: 'stopped', error: null }])
})

test('a failed answer says why, and the next question is free to be asked', async () => {
  const body = '{"code":"dependency_down","detail":"The model is away.","requestId":"r"}'
  const { url } = await serve({ status: 503, body }, answer)
  const conversation = new Conversation(new VoiceAssist({ url }))
  await conversation.ask('What is it?')
  expect(conversation.snapshot()).toMatchObject([
    { status: 'failed', error: { code: 'dependency_down', requestId: 'r' } },
  ])
  await conversation.ask('And now?')
  expect(conversation.snapshot()[1]).toMatchObject({ status: 'done' })
})

test('clearing while an answer runs leaves nothing behind', async () => {
  const { url } = await serve(answer)
  const conversation = new Conversation(new VoiceAssist({ url }))
  const asked = conversation.ask('What is it?')
  conversation.clear()
  await asked
  expect(conversation.snapshot()).toEqual([])
})
