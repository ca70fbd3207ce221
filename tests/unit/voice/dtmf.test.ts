/** Keys that are pressed while somebody talks to the assistant. */
import { expect, test } from 'vitest'
import { wakeAt } from '../../../workers/voice/step.ts'
import { createPlayer, START, typesOf } from './play.ts'

const key = (digit: string) => ({ type: 'voiceassist.dtmf', digit })
const tick = { type: 'tick', inputMs: 0 } as const

test('each key is told as it is pressed, and # ends what was entered', () => {
  const player = createPlayer()
  expect(player.send(key('4'))).toEqual([
    { type: 'input_audio_buffer.dtmf_event_received', event: '4', received_at: START / 1000 },
  ])
  player.send(key('2'))
  const told = player.send(key('#')).map(({ type }) => type)
  expect(told).toContain('conversation.item.added')
  expect(told).toContain('response.created')
  expect(player.effects.find(({ type }) => type === 'answer')).toMatchObject({
    question: 'DTMF: 42',
  })
  expect(player.session.keys).toBeNull()
})

test('two seconds without a key end it too', () => {
  const player = createPlayer()
  player.send(key('7'))
  player.wait(1500)
  player.send(key('*'))
  expect(wakeAt(player.session)).toBe(START + 3500)
  player.wait(1999)
  expect(player.happen(tick)).toEqual([])
  player.wait(1)
  expect(player.happen(tick).find(({ type }) => type === 'answer')).toMatchObject({
    question: 'DTMF: 7*',
  })
})

test('a key silences the assistant', () => {
  const player = createPlayer()
  player.ask('What does it cover?')
  player.answer('It covers parts and labour. For two years.', 2000)
  player.wait(1000)
  expect(player.send(key('0')).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['output_audio_buffer.cleared', 'conversation.item.truncated']),
  )
})

test('# alone enters nothing; what is no key is refused', () => {
  const player = createPlayer()
  player.send(key('#'))
  expect(player.session.items).toEqual([])
  expect(player.send(key('x'))).toMatchObject([{ type: 'error', error: { param: 'digit' } }])
  expect(typesOf(player.happen(tick))).toEqual([])
})
