import { expect, test } from 'vitest'
import { LIMITS } from '../../../workers/voice/limits.ts'
import { FAREWELL } from '../../../workers/voice/reply.ts'
import { wakeAt } from '../../../workers/voice/step.ts'
import { createPlayer, open, sentOf, START, turnOf, typesOf } from './play.ts'

test('after the last turn it says goodbye and closes when that was heard', () => {
  const player = createPlayer(open({ maxTurns: 1 }))
  player.ask('What is pi?')
  player.answer('3.14.')
  const more = player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  const goodbye = more.flatMap((effect) => (effect.type === 'speak' ? [effect] : []))
  expect(goodbye.map(({ text }) => text).join('')).toBe(FAREWELL)
  expect(player.session.phase).toBe('farewell')
  expect(player.happen({ type: 'speech_started', fromMs: 9000 })).toEqual([])

  const turn = turnOf(player.session)
  goodbye.forEach(({ clause }) => {
    player.happen({ type: 'audio', turn, clause, base64: 'AAAA', ms: 1000 })
  })
  player.happen({ type: 'reply_spoken', turn })
  expect(player.effects.some(({ type }) => type === 'close')).toBe(false)
  player.wait(wakeAt(player.session) - START)
  expect(player.happen({ type: 'tick', inputMs: 0 }).at(-1)).toMatchObject({
    type: 'close',
    code: 1000,
  })
  expect(player.session.phase).toBe('ended')
})

test('a turn beyond the last is answered with goodbye even when the last was cut off', () => {
  const player = createPlayer(open({ maxTurns: 1 }))
  player.ask('What is pi?')
  player.ask('And e?')
  expect(player.effects.filter(({ type }) => type === 'answer')).toHaveLength(1)
  expect(player.session.phase).toBe('farewell')
})

test('after five minutes without a word, an error says so before the socket closes', () => {
  const player = createPlayer()
  player.wait(1000).happen({ type: 'cleared' })
  expect(wakeAt(player.session)).toBe(START + 1000 + LIMITS.idleMs)
  player.wait(LIMITS.idleMs)
  expect(player.happen({ type: 'tick', inputMs: 0 })).toMatchObject([
    { type: 'send', event: { type: 'error', error: { code: 'session_idle' } } },
    { type: 'close', code: 1008 },
  ])
})

test('after an hour the session ends even in the middle of a reply', () => {
  const player = createPlayer()
  player.wait(LIMITS.sessionMs - 1000)
  player.ask('What is pi?')
  expect(wakeAt(player.session)).toBe(START + LIMITS.sessionMs)
  const more = player.wait(1000).happen({ type: 'tick', inputMs: 0 })
  expect(more.map(({ type }) => type)).toContain('cancel')
  expect(typesOf(more)).toEqual(['response.done', 'error'])
  expect(more.at(-1)).toMatchObject({ type: 'close', code: 1008 })
})

test('a client that only makes mistakes is sent away', () => {
  const player = createPlayer()
  for (let mistake = 0; mistake < 100; mistake++) player.send({ type: 'nonsense' })
  expect(player.effects.at(-1)).toMatchObject({ type: 'close', code: 1008 })
})

test('a failed model ends the reply, not the session', () => {
  const player = createPlayer()
  player.ask('What is pi?')
  const turn = turnOf(player.session)
  const more = player.happen({ type: 'reply_failed', turn })
  expect(sentOf(more).at(-1)).toMatchObject({
    response: { status: 'failed', status_details: { error: { code: 'reply_failed' } } },
  })
  player.ask('What is pi?')
  expect(player.session.response?.stage).toBe('working')
})

test('what could not be transcribed fails by name, and so does its reply', () => {
  const player = createPlayer()
  player.happen({ type: 'speech_started', fromMs: 0 })
  player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 800 })
  const itemId = player.session.items[0]?.id ?? ''
  expect(typesOf(player.happen({ type: 'transcription_failed', itemId }))).toEqual([
    'conversation.item.input_audio_transcription.failed',
    'response.done',
  ])
})

test('after a restart nothing waits for work that is gone', () => {
  const player = createPlayer()
  player.happen({ type: 'speech_started', fromMs: 0 })
  player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 800 })
  player.happen({ type: 'restarted' })
  expect(player.session.response).toBeNull()
  expect(player.session.items.at(-1)).toMatchObject({ status: 'incomplete' })
  const before = player.session
  player.happen({ type: 'restarted' })
  expect(player.session).toBe(before)
})
