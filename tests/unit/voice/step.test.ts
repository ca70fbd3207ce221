import { expect, test } from 'vitest'
import { createPlayer, sentOf, turnOf, typesOf, USAGE } from './play.ts'

test('a spoken question is committed, transcribed, answered and spoken, in the order of the protocol', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  player.answer('It is 3.14 [1]. That is all.')
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  expect(typesOf(player.effects)).toEqual([
    'input_audio_buffer.speech_started',
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
    'conversation.item.input_audio_transcription.completed',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'output_audio_buffer.started',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'conversation.item.done',
    'response.done',
  ])
  const spoken = player.effects.flatMap((effect) => (effect.type === 'speak' ? [effect.text] : []))
  expect(spoken).toEqual(['It is 3.14. ', 'That is all.'])
  expect(sentOf(player.effects).at(-1)).toMatchObject({
    response: {
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: 'It is 3.14. That is all.' }] }],
      usage: { input_tokens: 20, output_tokens: 5, total_tokens: 25 },
    },
  })
})

test('the model is asked with what was said and heard before', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  player.answer('About 3.14.')
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  player.wait(10_000)
  player.ask('And e?', 20_000)
  const asked = player.effects.findLast(({ type }) => type === 'answer')
  expect(asked).toMatchObject({
    question: 'And e?',
    history: [
      { role: 'user', content: 'What is pi?' },
      { role: 'assistant', content: 'About 3.14.' },
    ],
  })
})

test('speaking over the reply ends it and keeps the words that were heard', () => {
  const player = createPlayer()
  player.ask('Tell me')
  const turn = player.answer('One two three. Four five six.', 2000)
  player.wait(2000)
  const more = player.happen({ type: 'speech_started', fromMs: 5000 })
  expect(more.map(({ type }) => type)).toContain('cancel')
  expect(typesOf(more)).toEqual([
    'input_audio_buffer.speech_started',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'conversation.item.done',
    'response.done',
    'output_audio_buffer.cleared',
    'conversation.item.truncated',
  ])
  expect(sentOf(more).at(-1)).toMatchObject({ audio_end_ms: 2000 })
  const said = player.session.items.at(-1)
  expect(player.send({ type: 'conversation.item.retrieve', item_id: said?.id })).toMatchObject([
    { item: { status: 'incomplete', content: [{ transcript: 'One two three.' }] } },
  ])
  const late = player.happen({ type: 'audio', turn, clause: 1, base64: 'AAAA', ms: 100 })
  expect(late).toEqual([])
})

test('a reply that is complete but still playing is cut as well', () => {
  const player = createPlayer()
  player.ask('Tell me')
  player.answer('One two three. Four five six.', 2000)
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  player.wait(2500)
  const more = player.happen({ type: 'speech_started', fromMs: 5000 })
  expect(typesOf(more)).toEqual([
    'input_audio_buffer.speech_started',
    'output_audio_buffer.cleared',
    'conversation.item.truncated',
  ])
  expect(player.session.response).toBeNull()
})

test('what was played to its end is not cut', () => {
  const player = createPlayer()
  player.ask('Tell me')
  player.answer('One two three.', 1000)
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  player.wait(1001)
  expect(typesOf(player.happen({ type: 'tick', inputMs: 0 }))).toEqual([
    'output_audio_buffer.stopped',
  ])
  const more = player.happen({ type: 'speech_started', fromMs: 5000 })
  expect(typesOf(more)).toEqual(['input_audio_buffer.speech_started'])
})

test.each([
  [-5, 0, ''],
  [0, 0, ''],
  [1000, 1000, 'One two three.'],
  [99_999, 2000, 'One two three. Four five six.'],
])('a truncation at %d ms succeeds, at %d ms', (requested, done, transcript) => {
  const player = createPlayer()
  player.ask('Tell me')
  player.answer('One two three. Four five six.', 1000)
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  const item_id = player.session.items.at(-1)?.id
  const cut = { type: 'conversation.item.truncate', item_id, content_index: 0 }
  expect(player.send({ ...cut, audio_end_ms: requested })).toEqual([
    { type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms: done },
  ])
  const [retrieved] = player.send({ type: 'conversation.item.retrieve', item_id })
  expect(retrieved).toMatchObject({ item: { content: [{ transcript }] } })
})

test('a client that knows better corrects the truncation the server made', () => {
  const player = createPlayer()
  player.ask('Tell me')
  player.answer('One two three. Four five six.', 1000)
  player.wait(1)
  player.happen({ type: 'speech_started', fromMs: 5000 })
  const item_id = player.session.items.at(-1)?.id
  const cut = { type: 'conversation.item.truncate', item_id, content_index: 0 }
  player.send({ ...cut, audio_end_ms: 1000 })
  expect(player.send({ type: 'conversation.item.retrieve', item_id })).toMatchObject([
    { item: { content: [{ transcript: 'One two three.' }] } },
  ])
})

test('noise is no question: the reply ends without a word and the model is not asked', () => {
  const player = createPlayer()
  player.ask(' ')
  expect(player.effects.some(({ type }) => type === 'answer')).toBe(false)
  expect(sentOf(player.effects).at(-1)).toMatchObject({
    type: 'response.done',
    response: { status: 'completed', output: [] },
  })
})

test('a question that noise cut off is still answered', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  player.ask('')
  expect(player.effects.findLast(({ type }) => type === 'answer')).toMatchObject({
    question: 'What is pi?',
    history: [],
  })
})

test('a client that commits by itself asks for the reply, which waits for the words', () => {
  const player = createPlayer()
  const session = { type: 'realtime', audio: { input: { turn_detection: null } } }
  player.send({ type: 'session.update', session })
  player.happen({ type: 'committed', fromMs: 0, toMs: 900, eventId: null })
  expect(player.session.response).toBeNull()
  player.send({ type: 'response.create' })
  expect(player.session.response?.stage).toBe('waiting')
  const itemId = player.session.items[0]?.id ?? ''
  const more = player.happen({ type: 'transcribed', itemId, text: 'What is pi?', seconds: 0.9 })
  expect(more.at(-1)).toMatchObject({ type: 'answer', question: 'What is pi?' })
})

test('an empty buffer is not committed', () => {
  const player = createPlayer()
  const more = player.happen({ type: 'committed', fromMs: 0, toMs: 40, eventId: 'mine' })
  expect(sentOf(more)).toMatchObject([
    { error: { code: 'input_audio_buffer_commit_empty', event_id: 'mine' } },
  ])
})

test('a written question is answered in writing, with its citation marks', () => {
  const player = createPlayer()
  player.send({
    type: 'session.update',
    session: { type: 'realtime', output_modalities: ['text'] },
  })
  player.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'What is pi?' }] },
  })
  expect(player.send({ type: 'response.create' }).map(({ type }) => type)).toEqual([
    'response.created',
  ])
  const turn = turnOf(player.session)
  player.happen({ type: 'cited', turn, citation: CITATION })
  player.happen({ type: 'answer_delta', turn, text: '3.14 [1].' })
  const more = player.happen({ type: 'answer_ended', turn, usage: USAGE, calls: [] })
  expect(typesOf(player.effects)).toContain('voiceassist.citation')
  expect(sentOf(more)[0]).toMatchObject({ type: 'response.output_text.done', text: '3.14 [1].' })
  expect(sentOf(more).at(-1)).toMatchObject({ type: 'response.done' })
  expect(player.effects.some(({ type }) => type === 'speak')).toBe(false)
})

const CITATION = {
  number: 1,
  documentId: '00000000-0000-7000-8000-000000000000',
  title: 'Circles',
  page: 1,
  start: 0,
  end: 4,
  quote: '3.14',
}
