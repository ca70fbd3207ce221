/** What the page plays while somebody may be speaking over it. */
import { expect, test } from 'vitest'
import { Player } from '../../../sdk/voice/player.ts'
import { readSignal } from '../../../sdk/voice/signals.ts'

function openPlayer() {
  const player = new Player()
  const orders: unknown[] = []
  player.open({
    play: (itemId) => orders.push(itemId),
    clear: () => orders.push('clear'),
    setLevel: (level) => orders.push(level),
    close: async () => void orders.push('close'),
  })
  const hear = (level: number, frames: number) => {
    for (let frame = 0; frame < frames; frame++) player.hear(level)
  }
  return { player, orders, hear }
}

test('a user who speaks makes the assistant softer within 80 ms, and silence makes it whole again', () => {
  const { player, orders, hear } = openPlayer()
  player.play('a', 'AAAA')
  hear(0.2, 1)
  hear(0.01, 1)
  expect(orders).toEqual(['a'])
  hear(0.2, 2)
  expect(orders).toEqual(['a', 0.25])
  hear(0.01, 8)
  expect(orders).toEqual(['a', 0.25, 1])
})

test('nothing is softened while the assistant is silent', () => {
  const { orders, hear } = openPlayer()
  hear(0.5, 20)
  expect(orders).toEqual([])
})

test('held, it takes more sound and plays it when it is let go of', () => {
  const { player, orders, hear } = openPlayer()
  player.play('a', 'AAAA')
  hear(0.5, 2)
  player.hold()
  player.play('a', 'AAAA')
  expect(player.isSounding).toBe(true)
  player.release()
  expect(orders).toEqual(['a', 0.25, 0, 'a', 1])
})

test('what was cut is not played, however late it comes', () => {
  const { player, orders } = openPlayer()
  player.play('a', 'AAAA')
  player.hold()
  expect(player.cut()).toBe(true)
  player.release()
  expect(player.play('a', 'AAAA')).toBe(false)
  expect(player.cut()).toBe(false)
  expect(orders).toEqual(['a', 0, 'clear', 1])
})

test.each([
  [{ type: 'voiceassist.playback', holds: false }, { type: 'holds_offered' }],
  [{ type: 'voiceassist.playback', holds: true }, null],
  [{ type: 'voiceassist.playback.held', item_id: 'a' }, { type: 'held' }],
  [
    { type: 'voiceassist.playback.released', resumes: true },
    { type: 'released', resumes: true },
  ],
  [{ type: 'input_audio_buffer.cleared' }, { type: 'input_cleared' }],
])('%j is read as %j', (event, signal) => {
  expect(readSignal(JSON.stringify(event))).toEqual(signal)
})
