/** What a supervisor's client makes of a session's events. */
import { expect, test } from 'vitest'
import { readSideband } from '../../../sdk/voice/sideband-signals.ts'

const read = (event: object) => readSideband(JSON.stringify(event))

const message = (role: string, content: object[]) => ({
  type: 'conversation.item.done',
  item: { id: 'i1', type: 'message', role, content },
})

test('items that were there before are lines, but for what the application said', () => {
  expect(read(message('user', [{ type: 'input_audio', transcript: 'hello' }]))).toEqual([
    { type: 'line', change: { type: 'replace', itemId: 'i1', speaker: 'user', text: 'hello' } },
  ])
  expect(read(message('assistant', [{ type: 'output_text', text: 'yes' }]))).toMatchObject([
    { change: { speaker: 'assistant', text: 'yes' } },
  ])
  expect(read(message('system', [{ type: 'input_text', text: 'be brief' }]))).toEqual([])
  expect(read(message('assistant', [{ type: 'output_audio', transcript: '' }]))).toEqual([])
})

test('both sides’ sound is told apart', () => {
  expect(read({ type: 'voiceassist.input_audio.delta', delta: 'AAAA' })).toMatchObject([
    { type: 'sound', speaker: 'caller', base64: 'AAAA' },
  ])
  const said = { type: 'response.output_audio.delta', item_id: 'i2', delta: 'BBBB' }
  expect(read(said)).toEqual([
    { type: 'sound', speaker: 'assistant', itemId: 'i2', base64: 'BBBB' },
  ])
  expect(read({ type: 'output_audio_buffer.cleared' })).toEqual([{ type: 'cut' }])
})

test('who has taken over is said, and that nobody has', () => {
  expect(read({ type: 'voiceassist.takeover', supervisor: 'grace' })).toEqual([
    { type: 'takeover', supervisor: 'grace' },
  ])
  expect(read({ type: 'voiceassist.takeover', supervisor: null })).toEqual([
    { type: 'takeover', supervisor: null },
  ])
})

test('what a supervisor has no use for is nothing, and so is what is not known', () => {
  for (const type of ['response.created', 'rate_limits.updated', 'anything.else'])
    expect(read({ type })).toEqual([])
  expect(read({ type: 'error', error: { code: 'takeover_refused', message: 'No.' } })).toEqual([
    { type: 'failed', code: 'takeover_refused', message: 'No.' },
  ])
})
