/** Replies that are begun before the turn is over. */
import { expect, test } from 'vitest'
import { listeningOf } from '../../../workers/voice/listening.ts'
import { saveSession, loadSession } from '../../../workers/voice/store.ts'
import { createPlayer, open, sentOf, typesOf, USAGE } from './play.ts'

function speaking() {
  const player = createPlayer({ ...open(), speculates: true })
  player.happen({ type: 'speech_started', fromMs: 0 })
  return player
}

function pausedAfter(text: string, player = speaking()) {
  player.happen({ type: 'paused', fromMs: 0, toMs: 1200, voicedMs: 800 })
  const pause = player.session.pause?.id ?? ''
  const begun = player.happen({ type: 'heard_so_far', pause, text, seconds: 1 })
  const draft = begun.find((effect) => effect.type === 'answer')
  return { player, begun, turn: draft?.type === 'answer' ? draft.turn : -1 }
}
const stop = { type: 'speech_stopped', fromMs: 0, toMs: 1500 } as const

test('the model is asked at the pause, and says nothing before the turn is over', () => {
  const { player, begun, turn } = pausedAfter('what does it cover')
  expect(begun).toMatchObject([{ type: 'answer', question: 'what does it cover' }])
  expect(player.happen({ type: 'answer_delta', turn, text: 'It covers all of it, and' })).toEqual(
    [],
  )
  const ended = player.happen(stop)
  expect(ended.some(({ type }) => type === 'answer' || type === 'transcribe')).toBe(false)
  expect(typesOf(ended)).toEqual([
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.committed',
    'conversation.item.added',
    'conversation.item.done',
    'conversation.item.input_audio_transcription.completed',
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
  ])
  expect(ended.at(-1)).toMatchObject({ type: 'speak', turn, text: 'It covers all of it, ' })
  expect(player.session).toMatchObject({ draft: null, turns: 1, replies: 1, response: { turn } })
  player.happen({ type: 'answer_delta', turn, text: ' more.' })
  const last = player.happen({ type: 'answer_ended', turn, usage: USAGE, calls: [] })
  expect(last).toMatchObject([
    { type: 'speak', text: 'and more.' },
    { type: 'finish', turn },
  ])
})

test('who speaks on ends the work on it', () => {
  const { player, turn } = pausedAfter('what does it cover')
  const resumed = player.happen({ type: 'resumed', fromMs: 1400 })
  expect(resumed).toEqual([{ type: 'cancel', turn }])
  expect(player.session.draft).toBeNull()
  expect(player.happen({ type: 'answer_delta', turn, text: 'late' })).toEqual([])
  const ended = player.happen({ ...stop, toMs: 3000 })
  expect(ended.find(({ type }) => type === 'transcribe')).toMatchObject({ pause: null })
})

test('other instructions by the end of the turn want another reply', () => {
  const { player, turn } = pausedAfter('what does it cover')
  player.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Rhyme.' } })
  const ended = player.happen(stop)
  expect(ended.find(({ type }) => type === 'answer')).toMatchObject({ instructions: 'Rhyme.' })
  expect(ended).toContainEqual({ type: 'cancel', turn })
  expect(player.session.response?.turn).not.toBe(turn)
})

test('a draft that failed is tried again when the turn is over', () => {
  const { player, turn } = pausedAfter('what does it cover')
  player.happen({ type: 'reply_failed', turn })
  expect(player.happen(stop).some(({ type }) => type === 'answer')).toBe(true)
})

test.each([
  ['I would like to', 'goes on by its words'],
  ['my number is 030', 'is being dictated'],
  ['', 'says nothing'],
])('“%s” %s: no reply is begun', (text) => {
  expect(pausedAfter(text).begun.some(({ type }) => type === 'answer')).toBe(false)
})

test('tools that do something are not used by a draft', () => {
  const player = speaking()
  const tools = [{ type: 'mcp', server_label: 'voiceassist' }]
  player.send({ type: 'session.update', session: { type: 'realtime', tools } })
  expect(pausedAfter('book a table', player).turn).toBe(-1)
})

test('an utterance full of pauses begins two replies and three transcripts at most', () => {
  const player = speaking()
  for (let time = 0; time < 6; time++) {
    pausedAfter('and this', player)
    player.happen({ type: 'resumed', fromMs: 1400 })
  }
  const asked = player.effects.filter(({ type }) => type === 'answer')
  const heard = player.effects.filter(({ type }) => type === 'transcribe')
  expect([asked.length, heard.length]).toEqual([2, 3])
})

test('who leaves, clears the buffer or asks for no replies ends it', () => {
  for (const outcome of [
    { type: 'cleared' },
    { type: 'left', isFinal: true },
    { type: 'hung_up' },
    { type: 'taken_over' },
  ] as const) {
    const { player, turn } = pausedAfter('what does it cover')
    player.happen(outcome)
    if (outcome.type === 'taken_over') player.happen(stop)
    expect(player.effects).toContainEqual({ type: 'cancel', turn })
    expect(player.session.draft).toBeNull()
  }
})

test('a draft is not stored with the session: its work is gone with the object', () => {
  const { player } = pausedAfter('what does it cover')
  const entries = new Map<string, unknown>()
  const kv = {
    get: (key: string) => structuredClone(entries.get(key)) as never,
    put: (key: string, value: unknown) => void entries.set(key, value),
    delete: (key: string) => entries.delete(key),
  }
  saveSession(kv, player.session, undefined)
  expect(loadSession(kv)).toEqual({ ...player.session, draft: null })
})

test('pauses are listened for only where there is time to win, and where replies are drafted', () => {
  const player = speaking()
  expect(listeningOf(player.session)?.pauseMs).toBe(200)
  expect(listeningOf(open())?.pauseMs).toBeUndefined()
  const audio = { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 250 } } }
  player.send({ type: 'session.update', session: { type: 'realtime', audio } })
  expect(listeningOf(player.session)?.pauseMs).toBeUndefined()
  expect(sentOf(player.effects).some(({ type }) => type === 'error')).toBe(false)
})
