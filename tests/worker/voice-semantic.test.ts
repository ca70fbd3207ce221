/** Semantic turn taking with real words: how much silence ends a turn, by what was said. */
import { expect, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { dial } from './voice-call.ts'

const semantic = {
  type: 'session.update',
  session: { type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad' } } } },
}
const silence = (ms: number) => new Int16Array(ms * 24)

test('a whole sentence is answered, and heard once', async () => {
  const call = await dial('acme:semantic-whole')
  call.send(semantic)
  call.append(encodeWords('what does the warranty cover?'))
  call.append(silence(260))
  const heard = await call.until('conversation.item.input_audio_transcription.completed')
  expect(heard).toMatchObject({ transcript: 'what does the warranty cover?' })
  call.append(silence(60))
  expect(await call.until('response.done')).toMatchObject({ response: { status: 'completed' } })
  expect(call.named('conversation.item.input_audio_transcription.completed')).toHaveLength(1)
})

test('who stops in the middle of a sentence is waited for, and heard whole', async () => {
  const call = await dial('acme:semantic-open')
  call.send(semantic)
  call.append(encodeWords('I would like to'))
  call.append(silence(260))
  // The words are known by now; without them half a second of silence would end the turn.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  call.append(silence(600))
  expect(call.named('input_audio_buffer.speech_stopped')).toEqual([])
  call.append(encodeWords('return it.'))
  call.append(silence(1500))
  const heard = await call.until('conversation.item.input_audio_transcription.completed')
  expect(heard).toMatchObject({ transcript: 'I would like to return it.' })
})
