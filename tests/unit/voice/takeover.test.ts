/** Supervisors in a session: what they change of it, as a pure function. */
import { expect, test } from 'vitest'
import { createPlayer, sentOf, turnOf, typesOf } from './play.ts'

const say = { type: 'supervisor_audio', base64: 'AAAA', ms: 400 } as const

function answering() {
  const player = createPlayer()
  player.ask('What is pi?')
  player.answer('It is about three. That is all.')
  return player
}

test('taking over silences the assistant in the middle of a word', () => {
  const player = answering()
  player.wait(700)
  const types = typesOf(player.happen({ type: 'taken_over' }))
  expect(types).toContain('output_audio_buffer.cleared')
  expect(types).toContain('conversation.item.truncated')
  expect(player.session).toMatchObject({ isTakenOver: true, response: null })
})

test('nothing is answered by itself while a person has taken over', () => {
  const player = createPlayer()
  player.happen({ type: 'taken_over' })
  player.ask('Anybody there?')
  expect(player.session.response).toBeNull()
  expect(player.effects.some(({ type }) => type === 'answer')).toBe(false)
  expect(player.send({ type: 'response.create' })).toMatchObject([
    { type: 'error', error: { code: 'taken_over' } },
  ])
})

test('what the supervisor says is a reply that stock clients play', () => {
  const player = createPlayer()
  player.happen({ type: 'taken_over' })
  expect(typesOf(player.happen(say))).toEqual([
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'output_audio_buffer.started',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
  ])
  expect(typesOf(player.happen(say))).toEqual(['response.output_audio.delta'])
  const done = sentOf(player.happen({ type: 'supervisor_paused' }))
  expect(done.at(-1)).toMatchObject({ type: 'response.done', response: { status: 'completed' } })
  expect(typesOf(player.happen(say))[0]).toBe('response.created')
})

test('the caller may interrupt the supervisor, whose next words are a reply of their own', () => {
  const player = createPlayer()
  player.happen({ type: 'taken_over' })
  player.happen(say)
  const first = player.session.response?.id
  player.wait(100)
  const cut = typesOf(player.happen({ type: 'speech_started', fromMs: 0 }))
  expect(cut).toContain('conversation.item.truncated')
  player.happen(say)
  expect(player.session.response?.id).not.toBe(first)
})

test('late words of the assistant are not heard behind the supervisor', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  const turn = turnOf(player.session)
  player.happen({ type: 'taken_over' })
  player.happen(say)
  expect(player.happen({ type: 'answer_delta', turn, text: 'It is three.' })).toEqual([])
  expect(player.happen({ type: 'audio', turn, clause: 0, base64: 'AAAA', ms: 400 })).toEqual([])
})

test('after handing back the assistant answers again', () => {
  const player = createPlayer()
  player.happen({ type: 'taken_over' })
  player.happen(say)
  player.happen({ type: 'handed_back' })
  expect(player.session).toMatchObject({ isTakenOver: false, response: null })
  player.wait(1000)
  player.ask('And e?', 5000)
  expect(player.effects.findLast(({ type }) => type === 'answer')).toMatchObject({
    question: 'And e?',
  })
})

test('sound of somebody who has not taken over goes nowhere', () => {
  const player = createPlayer()
  expect(player.happen(say)).toEqual([])
  expect(player.happen({ type: 'supervisor_paused' })).toEqual([])
})

test('a whisper is told to the assistant and to nobody else', () => {
  const player = createPlayer()
  expect(player.happen({ type: 'whispered', text: 'Offer a discount.' })).toEqual([])
  expect(player.session.items).toEqual([])
  player.ask('What does it cost?')
  const asked = player.effects.findLast(({ type }) => type === 'answer')
  expect(asked).toMatchObject({ instructions: 'Offer a discount.' })
  expect(JSON.stringify(sentOf(player.effects))).not.toContain('discount')
})

test('whoever comes back to the session is not told the whispers either', () => {
  const player = createPlayer()
  player.happen({ type: 'opened' })
  player.happen({ type: 'whispered', text: 'Offer a discount.' })
  const told = sentOf(player.happen({ type: 'opened' }))
  expect(JSON.stringify(told)).not.toContain('discount')
})

test('hanging up ends everything, with a close that stock clients do not dial after', () => {
  const player = answering()
  const effects = player.happen({ type: 'hung_up' })
  expect(effects.at(-1)).toMatchObject({ type: 'close', code: 1000 })
  expect(player.session.phase).toBe('ended')
  expect(player.happen({ type: 'hung_up' })).toEqual([])
})
