/** `idle_timeout_ms`: the caller says nothing, and the assistant speaks first. */
import { expect, test } from 'vitest'
import { STILL_THERE } from '../../../workers/voice/reply.ts'
import { wakeAt } from '../../../workers/voice/step.ts'
import { createPlayer, sentOf, START, turnOf, typesOf } from './play.ts'

const settings = (more: object = {}) => ({
  type: 'session.update',
  session: {
    type: 'realtime',
    audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 6000 } } },
    ...more,
  },
})

/** Up to where a reply of one second has been played. */
function quiet(more?: object) {
  const player = createPlayer()
  player.send(settings(more))
  player.ask('What is pi?')
  player.answer('About three. ', 1000)
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  return player
}

test('the silence counts from the end of playback, and ends in an utterance without words', () => {
  const player = quiet()
  expect(wakeAt(player.session)).toBe(START + 1000)
  player.wait(1000).happen({ type: 'tick', inputMs: 0 })
  expect(wakeAt(player.session)).toBe(START + 7000)
  expect(player.wait(5999).happen({ type: 'tick', inputMs: 0 })).toEqual([])
  const more = player.wait(1).happen({ type: 'tick', inputMs: 9000 })
  expect(typesOf(more).slice(0, 5)).toEqual([
    'input_audio_buffer.timeout_triggered',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'response.created',
  ])
  expect(sentOf(more)[0]).toMatchObject({ audio_start_ms: 3000, audio_end_ms: 9000 })
  const spoken = more.flatMap((effect) => (effect.type === 'speak' ? [effect.text] : []))
  expect(spoken).toEqual([STILL_THERE])
})

test('a session with instructions asks its model, without a search', () => {
  const player = quiet({ instructions: 'Sell shoes.' })
  const more = player.wait(7000).happen({ type: 'tick', inputMs: 9000 })
  expect(more.find(({ type }) => type === 'answer')).toMatchObject({
    instructions: 'Sell shoes.',
    searches: false,
    history: [
      { role: 'user', content: 'What is pi?' },
      { role: 'assistant', content: 'About three.' },
    ],
  })
  expect(player.session.turns).toBe(1)
})

test.each([
  ['speech', () => ({ type: 'speech_started', fromMs: 3000 }) as const],
  ['being cut off', () => ({ type: 'left', isFinal: false }) as const],
])('%s ends the wait', (_name, event) => {
  const player = quiet()
  player.wait(3000).happen(event())
  expect(player.session.promptAt).toBeNull()
})

test('who never answers is asked three times, and then the session is idle', () => {
  const player = quiet()
  for (let round = 0; round < 5; round++) {
    player.wait(60_000).happen({ type: 'tick', inputMs: 0 })
    if (player.session.response)
      player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  }
  expect(typesOf(player.effects).filter((type) => type.endsWith('timeout_triggered'))).toHaveLength(
    3,
  )
})

test.each([4999, 30_001, 0])('%d ms is no idle timeout', (ms) => {
  const detection = { type: 'server_vad', idle_timeout_ms: ms }
  const session = { type: 'realtime', audio: { input: { turn_detection: detection } } }
  expect(createPlayer().send({ type: 'session.update', session })).toMatchObject([
    { type: 'error', error: { param: 'session.audio.input.turn_detection.idle_timeout_ms' } },
  ])
})
