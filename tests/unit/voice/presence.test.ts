import { expect, test } from 'vitest'
import { ELECTION_MS, judgeDial } from '../../../workers/voice/admission.ts'
import { LIMITS } from '../../../workers/voice/limits.ts'
import { wakeAt } from '../../../workers/voice/step.ts'
import { misuseOf } from '../../../workers/voice/voice-key.ts'
import { createPlayer, open, sentOf, START, typesOf } from './play.ts'

const keyed = () => createPlayer(open({ graceMs: LIMITS.graceMs }))
const CUT_OFF = { type: 'left', isFinal: false } as const
const HUNG_UP = { type: 'left', isFinal: true } as const

test('whoever is cut off finds the conversation again, without what was not heard', () => {
  const player = keyed()
  player.happen({ type: 'opened' })
  player.ask('What is pi?')
  player.answer('It is 3.14. And so it goes on for ever.')
  player.wait(500).happen(CUT_OFF)
  expect(player.session).toMatchObject({ phase: 'open', response: null, playback: null })

  const told = player.wait(60_000).happen({ type: 'opened' })
  expect(typesOf(told)).toEqual([
    'session.created',
    'voiceassist.playback',
    'session.updated',
    'conversation.item.added',
    'conversation.item.done',
    'conversation.item.added',
    'conversation.item.done',
  ])
  const items = sentOf(told).flatMap((event) => ('item' in event ? [event.item] : []))
  expect(items.map((item) => ['role' in item && item.role, item.status])).toContainEqual([
    'assistant',
    'incomplete',
  ])
  expect(sentOf(told)[0]).toMatchObject({ session: { id: player.session.id } })
})

test('the first to connect hears of the session only', () => {
  expect(typesOf(keyed().happen({ type: 'opened' }))).toEqual([
    'session.created',
    'voiceassist.playback',
  ])
})

test('taking over while the assistant speaks silences it', () => {
  const player = keyed()
  player.happen({ type: 'opened' })
  player.ask('What is pi?')
  player.happen({ type: 'opened' })
  expect(player.session.response).toBeNull()
  expect(player.effects.map(({ type }) => type)).toContain('cancel')
})

test('the grace runs from the loss, and then the session is over', () => {
  const player = keyed()
  player.happen({ type: 'opened' })
  player.wait(10_000).happen(CUT_OFF)
  expect(wakeAt(player.session)).toBe(START + 10_000 + LIMITS.graceMs)
  player.wait(LIMITS.graceMs - 1).happen({ type: 'tick', inputMs: 0 })
  expect(player.session.phase).toBe('open')
  player.wait(1).happen({ type: 'tick', inputMs: 0 })
  expect(player.session.phase).toBe('ended')
})

test('a session that nobody ever connected to waits as long', () => {
  const player = keyed()
  expect(wakeAt(player.session)).toBe(START + LIMITS.graceMs)
})

test('while nobody is there, what is still heard of them is nothing', () => {
  const player = keyed()
  player.happen({ type: 'opened' })
  player.happen({ type: 'speech_started', fromMs: 0 })
  player.happen(CUT_OFF)
  expect(player.happen({ type: 'speech_stopped', fromMs: 0, toMs: 900 })).toEqual([])
  expect(player.session.items).toEqual([])
})

test.each([
  ['hangs up', LIMITS.graceMs, HUNG_UP],
  ['has no key to return with', 0, CUT_OFF],
])('a caller who %s ends the session', (_name, graceMs, left) => {
  const player = createPlayer(open({ graceMs }))
  player.happen({ type: 'opened' })
  player.happen(left)
  expect(player.session.phase).toBe('ended')
})

const at = START
const session = open({ graceMs: LIMITS.graceMs })

test.each([
  ['the first dial in time', undefined, null, at + 1, 'first'],
  ['the first dial too late', undefined, null, at, 'expired'],
  ['a dial beside the first', session, at - ELECTION_MS, at + 1, 'rival'],
  ['a dial beside the first, of an expired key', session, at - 1, at - 1, 'rival'],
  ['a later dial', session, null, at + 1, 'again'],
  ['a later dial past the key’s end', session, null, at - 9999, 'again'],
  ['a dial after one that was never finished', session, at - 5000, at + 1, 'again'],
] as const)('%s', (_name, known, dialingSince, keyExpiresAt, verdict) => {
  expect(judgeDial(known, dialingSince, { at, keyExpiresAt, maker: 'allowed' })).toBe(verdict)
})

test.each([
  ['revoked', undefined, 'revoked'],
  ['unknown', undefined, 'unsure'],
  ['revoked', session, 'again'],
  ['unknown', session, 'again'],
] as const)('whose maker is %s', (maker, known, verdict) => {
  expect(judgeDial(known, null, { at, keyExpiresAt: at + 1, maker })).toBe(verdict)
})

const PAGE = 'https://shop.example'

test.each([
  ['a key for no page in particular', {}, null, 'any', undefined],
  ['its own page', { origin: PAGE }, PAGE, 'any', undefined],
  ['another page', { origin: PAGE }, 'https://shop.example.evil.example', 'any', PAGE],
  ['no page', { origin: PAGE }, null, 'any', PAGE],
  ['its own model', { model: 'a' }, null, 'a', undefined],
  ['another model', { model: 'a' }, null, 'b', 'model a'],
])('a key is used by %s', (_name, key, origin, model, refusal) => {
  const binding = { origin: undefined, model: undefined, ...key }
  const misuse = misuseOf(binding, origin, model)
  expect(refusal === undefined ? misuse : misuse?.includes(refusal)).toBe(refusal && true)
})
