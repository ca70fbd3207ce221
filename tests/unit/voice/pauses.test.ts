/** Semantic turn taking: words at a pause say how much silence ends the turn. */
import { expect, test } from 'vitest'
import { encodeWords } from '../../../local/openai/codec.ts'
import { type Heard, InputAudio } from '../../../workers/voice/input-audio.ts'
import { silenceFor } from '../../../workers/voice/turn-end.ts'
import { discernOne } from './discern.ts'
import { createPlayer, typesOf } from './play.ts'

test.each([
  ['What is pi?', 'auto', 200],
  ['Сколько это стоит?', 'low', 200],
  ['你好。', 'auto', 200],
  ['He said “no.”', 'auto', 200],
  ['what does it cover', 'auto', 500],
  ['what does it cover', 'high', 300],
  ['I would like to', 'auto', 1200],
  ['I would like to', 'high', 800],
  ['it is broken because', 'low', 1500],
  ['хочу узнать, потому что', 'auto', 1200],
  ['my number is 030', 'auto', 1200],
  ['my number is zero three', 'auto', 1200],
  ['well...', 'auto', 1200],
  ['first,', 'auto', 1200],
  ['', 'auto', 500],
] as const)('“%s” (%s) ends after %d ms', (text, eagerness, ms) => {
  expect(silenceFor(text, eagerness)).toBe(ms)
})

const semantic = {
  type: 'session.update',
  session: { type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad' } } } },
}

function paused() {
  const player = createPlayer()
  player.send(semantic)
  player.happen({ type: 'speech_started', fromMs: 0 })
  const asked = player.happen({ type: 'paused', fromMs: 0, toMs: 1000, voicedMs: 800 })
  const [effect] = asked.flatMap((one) => (one.type === 'transcribe' ? [one] : []))
  return { player, pause: effect?.pause ?? '' }
}
const heard = (pause: string, text: string) =>
  ({ type: 'heard_so_far', pause, text, seconds: 1 }) as const

test('whole words end the turn soon, and are not transcribed again', () => {
  const { player, pause } = paused()
  expect(player.happen(heard(pause, 'What is pi?'))).toEqual([{ type: 'await_silence', ms: 200 }])
  const ended = player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 1200 })
  expect(ended.some(({ type }) => type === 'transcribe')).toBe(false)
  expect(typesOf(ended)).toContain('conversation.item.input_audio_transcription.completed')
  expect(ended.find(({ type }) => type === 'answer')).toMatchObject({ question: 'What is pi?' })
})

test('who goes on is heard to the end', () => {
  const { player, pause } = paused()
  player.happen({ type: 'resumed', fromMs: 1500 })
  expect(player.happen(heard(pause, 'What is'))).toEqual([])
  const ended = player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 2000 })
  expect(ended.find(({ type }) => type === 'transcribe')).toMatchObject({ pause: null, toMs: 2000 })
})

test('words that come after the turn has ended are its words', () => {
  const { player, pause } = paused()
  const ended = player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 1300 })
  expect(ended.some(({ type }) => type === 'transcribe' || type === 'answer')).toBe(false)
  const later = player.happen(heard(pause, 'What is pi?'))
  expect(later.find(({ type }) => type === 'answer')).toMatchObject({ question: 'What is pi?' })
  expect(player.happen(heard(pause, 'again'))).toEqual([])
})

test('what failed at the pause is tried again where the turn has ended', () => {
  const { player, pause } = paused()
  player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 1300 })
  expect(player.happen({ type: 'pause_missed', pause })).toMatchObject([
    { type: 'transcribe', fromMs: 0, toMs: 1300, pause: null },
  ])
})

const DETECTION = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500, pauseMs: 200 }
const silence = (ms: number) => new Int16Array(ms * 24)

test('a silence is told of once, when it may be the end, and when it was none', () => {
  const input = new InputAudio(discernOne())
  const events: Heard[] = []
  const hear = (samples: Int16Array) => events.push(...input.append(samples, DETECTION))
  hear(silence(200))
  hear(encodeWords('hello'))
  hear(silence(300))
  expect(events.map(({ type }) => type)).toEqual(['speech_started', 'paused'])
  input.awaitSilence(1200)
  hear(silence(600))
  hear(encodeWords('there'))
  expect(events.map(({ type }) => type)).toEqual(['speech_started', 'paused', 'resumed'])
  hear(silence(1000))
  expect(events.map(({ type }) => type).slice(3)).toEqual(['paused', 'speech_stopped'])
})
