/** Reversible barge-in: what is said over the assistant holds it, and only words cut it. */
import { expect, test } from 'vitest'
import { speechOf } from '../../../workers/voice/conversation.ts'
import { listeningOf } from '../../../workers/voice/listening.ts'
import { heardMs } from '../../../workers/voice/speech.ts'
import { isBackchannel } from '../../../workers/voice/spoken-words.ts'
import { wakeAt } from '../../../workers/voice/step.ts'
import { createPlayer, open, sentOf, START, turnOf, typesOf } from './play.ts'

const holds = { type: 'voiceassist.playback.update', holds: true }

/** An assistant that has said 4 s of sound, 1 s of which was heard when the caller is heard. */
function spokenOver({ ends = true } = {}) {
  const player = createPlayer(open({ graceMs: 60_000 }))
  player.happen({ type: 'opened' })
  player.send(holds)
  player.ask('What does it cover?')
  player.answer('It covers parts and labour. For two years in all of Europe.', 2000)
  if (ends) player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  player.wait(1000)
  const onset = player.happen({ type: 'speech_started', fromMs: 5000 })
  const silence = (voicedMs: number) => {
    player.wait(voicedMs + 100)
    const span = { fromMs: 5000, toMs: 5000 + voicedMs + 100 }
    return player.happen({ type: 'paused', ...span, voicedMs })
  }
  const words = (text: string) =>
    player.happen({
      type: 'heard_so_far',
      pause: player.session.pause?.id ?? '',
      text,
      seconds: 1,
    })
  return { player, onset, silence, words }
}

const spoken = ({ player }: ReturnType<typeof spokenOver>) => {
  const item = player.session.items.findLast((one) => speechOf(one))
  return { item, speech: speechOf(item)! }
}

test.each([
  ['uh-huh', true],
  ['Okay.', true],
  ['да, да', true],
  ['嗯嗯', true],
  ['mm hm', true],
  ['yes but how much', false],
  ['no', false],
  ['wait', false],
  ['стоп', false],
  ['yes yes yes yes', false],
  ['', false],
])('“%s” only says “go on”: %s', (text, is) => expect(isBackchannel(text)).toBe(is))

test('the first thing a client that can hold is told is to hold, and nothing is cancelled', () => {
  const { player, onset } = spokenOver({ ends: false })
  expect(typesOf(onset)).toEqual(['voiceassist.playback.held', 'input_audio_buffer.speech_started'])
  expect(onset.every(({ type }) => type === 'send')).toBe(true)
  expect(player.session.response).not.toBeNull()
})

test('a stock client is interrupted at once, as the protocol has it', () => {
  const player = createPlayer()
  player.ask('What does it cover?')
  player.answer('It covers parts and labour. For two years.', 2000)
  player.wait(1000)
  expect(typesOf(player.happen({ type: 'speech_started', fromMs: 5000 }))).toEqual(
    expect.arrayContaining([
      'input_audio_buffer.speech_started',
      'output_audio_buffer.cleared',
      'conversation.item.truncated',
      'response.done',
    ]),
  )
})

test('a click lets it go on, at once and with nothing lost', () => {
  const stage = spokenOver()
  const { player } = stage
  const { playback } = player.session
  const before = heardMs(spoken(stage).speech, playback!, START + 1000)
  const effects = stage.silence(80)
  expect(sentOf(effects)).toEqual([{ type: 'voiceassist.playback.released', resumes: true }])
  expect(heardMs(spoken(stage).speech, player.session.playback!, START + 1180)).toBe(before)
  const stopped = player.happen({ type: 'speech_stopped', fromMs: 5000, toMs: 5600 })
  expect(typesOf(stopped)).toEqual([
    'input_audio_buffer.speech_stopped',
    'input_audio_buffer.cleared',
  ])
  expect(player.session.items).toHaveLength(2)
  expect(spoken(stage).speech.cutMs).toBeNull()
})

test.each([
  ['uh-huh', 'uh-huh'],
  ['', ''],
])('“%s” lets it go on, and wants no reply', (text, kept) => {
  const stage = spokenOver({ ends: false })
  const { player } = stage
  expect(stage.silence(300).some(({ type }) => type === 'transcribe')).toBe(true)
  expect(sentOf(stage.words(text))).toEqual([
    { type: 'voiceassist.playback.released', resumes: true },
  ])
  const { turn } = player.session.response!
  player.happen({ type: 'speech_stopped', fromMs: 5000, toMs: 5900 })
  expect(player.session.response?.turn).toBe(turn)
  expect(player.session.overlap).toBeNull()
  const said = player.session.items.filter(({ type }) => type === 'message').at(-1)
  expect(JSON.stringify(said)).toContain(kept)
  expect(player.effects.filter(({ type }) => type === 'cancel')).toEqual([])
})

test('words cut it where it was held, not where they were understood', () => {
  const stage = spokenOver()
  stage.silence(400)
  const effects = stage.words('stop, please')
  expect(typesOf(effects)).toEqual([
    'voiceassist.playback.released',
    'output_audio_buffer.cleared',
    'conversation.item.truncated',
  ])
  expect(sentOf(effects)[0]).toMatchObject({ resumes: false })
  expect(spoken(stage).speech.cutMs).toBe(1000)
  const stopped = stage.player.happen({ type: 'speech_stopped', fromMs: 5000, toMs: 6000 })
  expect(stopped.find(({ type }) => type === 'answer')).toMatchObject({ question: 'stop, please' })
})

test('whoever speaks on for a second has the floor without a word being known', () => {
  const { player } = spokenOver()
  expect(wakeAt(player.session)).toBe(START + 2000)
  player.wait(999)
  expect(player.happen({ type: 'tick', inputMs: 0 })).toEqual([])
  player.wait(1)
  expect(typesOf(player.happen({ type: 'tick', inputMs: 0 }))).toContain(
    'conversation.item.truncated',
  )
})

test('words that do not come in time let it go on within 300 ms of the sound, and cut it when they come', () => {
  const stage = spokenOver()
  const { player } = stage
  stage.silence(300)
  player.wait(200)
  expect(typesOf(player.happen({ type: 'tick', inputMs: 0 }))).toEqual([
    'voiceassist.playback.released',
  ])
  player.wait(500)
  expect(typesOf(stage.words('stop'))).toEqual([
    'output_audio_buffer.cleared',
    'conversation.item.truncated',
  ])
  expect(spoken(stage).speech.cutMs).toBe(1500)
})

test('a transcript that comes after the turn has ended decides it then', () => {
  const stage = spokenOver()
  const { player } = stage
  stage.silence(300)
  const pause = player.session.pause?.id ?? ''
  player.happen({ type: 'speech_stopped', fromMs: 5000, toMs: 5900 })
  expect(player.session.response).toBeNull()
  const late = player.happen({ type: 'heard_so_far', pause, text: 'how long?', seconds: 1 })
  expect(typesOf(late)).toContain('conversation.item.truncated')
  expect(late.find(({ type }) => type === 'answer')).toMatchObject({ question: 'how long?' })
})

test('an utterance that goes on holds it again', () => {
  const stage = spokenOver()
  stage.silence(300)
  stage.words('okay')
  const again = stage.player.happen({ type: 'resumed', fromMs: 6000 })
  expect(typesOf(again)).toEqual(['voiceassist.playback.held'])
})

test('“yes” is an answer where nothing is left to go on with', () => {
  const player = createPlayer()
  player.send(holds)
  player.ask('Book it.')
  player.answer('Shall I?', 800)
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  player.wait(500)
  player.happen({ type: 'speech_started', fromMs: 5000 })
  expect(player.session.overlap).toBeNull()
  player.happen({ type: 'speech_stopped', fromMs: 5000, toMs: 5900 })
  const { id } = player.session.items.at(-1)!
  const asked = player.happen({ type: 'transcribed', itemId: id, text: 'yes', seconds: 1 })
  expect(asked.find(({ type }) => type === 'answer')).toMatchObject({ question: 'yes' })
})

test('sound that is made while it is held waits behind it', () => {
  const stage = spokenOver({ ends: false })
  const { player } = stage
  const { endsAt } = player.session.playback!
  const turn = turnOf(player.session)
  player.wait(300)
  player.happen({ type: 'audio', turn, clause: 1, base64: 'AAAA', ms: 500 })
  expect(player.session.playback?.endsAt).toBe(endsAt + 500)
  player.happen({ type: 'cleared' })
  expect(player.session.playback?.endsAt).toBe(endsAt + 800)
})

test('what is listened for while it is held is a short silence', () => {
  const { player } = spokenOver()
  expect(listeningOf(player.session)).toMatchObject({ pauseMs: 100, silenceDurationMs: 500 })
  player.happen({ type: 'cleared' })
  expect(listeningOf(player.session)?.pauseMs).toBeUndefined()
})

test('a restart, a lost line and a supervisor end the hold', () => {
  const restarted = spokenOver()
  restarted.player.happen({ type: 'restarted' })
  expect(restarted.player.session.overlap).toBeNull()
  const taken = spokenOver()
  expect(typesOf(taken.player.happen({ type: 'taken_over' }))).toContain(
    'voiceassist.playback.released',
  )
  const left = spokenOver()
  left.player.happen({ type: 'left', isFinal: false })
  expect(left.player.session.overlap).toBeNull()
})

test('a client that comes back says anew whether it can hold', () => {
  const { player } = spokenOver()
  const told = player.happen({ type: 'opened' })
  expect(typesOf(told)).toContain('voiceassist.playback')
  expect(player.session.holdsPlayback).toBe(false)
})
