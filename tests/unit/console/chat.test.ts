/** A conversation with an assistant against real streams over a socket, some of them broken. */
import { expect, test } from 'vitest'
import { VoiceAssist } from '../../../sdk/client.ts'
import { Chat, isRunning, textOf, unconfirmedOf } from '../../../workers/console/lib/chat.ts'
import { serve } from '../sdk/server.ts'

const BEGUN = { session_id: 's1', message_id: 'm1' }
const CALL = { id: 'call_1_0', tool_name: 'reservation', arguments: '{}', duration_ms: 0 }
const ENDING = {
  ...BEGUN,
  status: 'complete',
  reason: null,
  tool_calls: [] as object[],
  fallback_used: false,
}

type Frame = [event: string, data: object, id?: string]

const streamOf = (...frames: Frame[]) => ({
  headers: { 'content-type': 'text/event-stream' },
  body: frames
    .map(([event, data, id]) => {
      const head = id === undefined ? '' : `id: ${id}\n`
      return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    })
    .join(''),
})

const whole = streamOf(['begun', BEGUN], ['delta', { text: 'Hi.' }, '0.3'], ['done', ENDING])

test('the second message goes to the conversation the first one began', async () => {
  const { url, seen } = await serve(whole)
  const chat = new Chat(new VoiceAssist({ url }))
  await chat.send('Hello', { assistant: 'desk' })
  await chat.send('And you?', { assistant: 'another' })
  expect(chat.snapshot().map(({ status }) => status)).toEqual(['done', 'done'])
  expect(chat.assistant).toBe('desk')
  expect(seen.map(({ body }) => JSON.parse(body))).toEqual([
    { message: 'Hello', confirm: [], assistant: 'desk' },
    { message: 'And you?', confirm: [], session_id: 's1' },
  ])
})

test('a stream that breaks goes on behind its last event, and nothing is shown twice', async () => {
  const { url, seen } = await serve(
    streamOf(['begun', BEGUN], ['delta', { text: 'Forty' }, '0.5']),
    streamOf(['begun', BEGUN], ['delta', { text: '-two' }, '0.9']),
    streamOf(['begun', BEGUN], ['delta', { text: '.' }, '0.10'], ['done', ENDING]),
  )
  const chat = new Chat(new VoiceAssist({ url }))
  const statuses = new Set<string>()
  chat.subscribe(() => statuses.add(chat.snapshot()[0]!.status))
  await chat.send('What is it?')
  expect(textOf(chat.snapshot()[0]!)).toBe('Forty-two.')
  expect([...statuses]).toEqual(['running', 'returning', 'done'])
  const path = '/api/assistant/messages/m1/events'
  expect(seen.map((one) => [one.method, one.path, one.lastEventId])).toEqual([
    ['POST', '/api/assistant/messages', ''],
    ['GET', path, '0.5'],
    ['GET', path, '0.9'],
  ])
})

test('a message whose answer never began is not sent twice', async () => {
  const { url, seen } = await serve(streamOf(), whole)
  const chat = new Chat(new VoiceAssist({ url }))
  await chat.send('Hello')
  expect(chat.snapshot()).toMatchObject([{ status: 'failed', error: { code: 'network' } }])
  expect(seen).toHaveLength(1)
})

test('an answer that is refused while it is gone on with says why', async () => {
  const problem = { code: 'timed_out', status: 504, detail: 'It took too long.', requestId: 'r' }
  const { url } = await serve(streamOf(['begun', BEGUN]), streamOf(['error', problem]))
  const chat = new Chat(new VoiceAssist({ url }))
  await chat.send('Hello')
  expect(chat.snapshot()).toMatchObject([{ status: 'failed', error: { code: 'timed_out' } }])
})

test('calls that need consent are told, and go along once it is given', async () => {
  const asking = { ...ENDING, tool_calls: [{ ...CALL, status: 'unconfirmed' }] }
  const { url, seen } = await serve(streamOf(['begun', BEGUN], ['done', asking]), whole)
  const chat = new Chat(new VoiceAssist({ url }))
  await chat.send('Cancel it')
  const [turn] = chat.snapshot()
  expect(unconfirmedOf(turn!)).toMatchObject([{ id: 'call_1_0' }])
  await chat.send('Yes', { confirm: unconfirmedOf(turn!).map(({ id }) => id) })
  expect(JSON.parse(seen[1]!.body)).toMatchObject({ confirm: ['call_1_0'], session_id: 's1' })
})

test('stopping keeps what was said and is not a failure', async () => {
  const { url } = await serve(whole)
  const chat = new Chat(new VoiceAssist({ url }))
  const sent = chat.send('Hello')
  chat.stop()
  await sent
  expect(chat.snapshot()).toMatchObject([{ status: 'stopped', error: null }])
})

const stored = (role: string, content: string, turn: number, more = {}) => ({
  id: `${role}${turn}`,
  role,
  content,
  turn,
  parts: content === '' || role === 'user' ? [] : [{ type: 'text', text: content }],
  status: 'complete',
  feedback: null,
  ...more,
})

test('a stored conversation is opened, and an answer that still runs is followed to its end', async () => {
  const first = { items: [stored('user', 'One?', 1), stored('assistant', 'Yes.', 1)] }
  const second = {
    items: [stored('user', 'Two?', 2), stored('assistant', '', 2, { status: 'running' })],
  }
  const page = (items: object, next_cursor: string | null) => ({
    body: JSON.stringify({ ...items, next_cursor }),
  })
  const { url, seen } = await serve(page(first, 'c1'), page(second, null), whole)
  const chat = new Chat(new VoiceAssist({ url }))
  await chat.open('s1')
  expect(chat.snapshot()).toMatchObject([
    { message: 'One?', status: 'done', parts: [{ text: 'Yes.' }] },
    { message: 'Two?', status: 'done', parts: [{ text: 'Hi.' }] },
  ])
  expect(seen[2]?.path).toBe('/api/assistant/messages/assistant2/events')
  expect(chat.snapshot().some(isRunning)).toBe(false)
  await chat.send('Three?')
  expect(JSON.parse(seen[3]!.body)).toMatchObject({ session_id: 's1' })
})

test('clearing while an answer runs leaves nothing behind', async () => {
  const { url } = await serve(whole)
  const chat = new Chat(new VoiceAssist({ url }))
  const sent = chat.send('Hello')
  chat.clear()
  await sent
  expect([chat.snapshot(), chat.sessionId()]).toEqual([[], null])
})
