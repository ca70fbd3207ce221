/** What is said over the assistant, with real words and with none; and replies begun at a pause. */
import { expect, test } from 'vitest'
import { encodeWords } from '../../local/openai/codec.ts'
import { dial } from './voice-call.ts'

const silence = (ms: number) => new Int16Array(ms * 24)
const click = Int16Array.from({ length: 80 * 24 }, (_, at) => 12_000 * Math.sin(at / 5))

/** A client that can hold, which is hearing a reply. */
async function listener(name: string) {
  const call = await dial(name)
  await call.until('voiceassist.playback')
  call.send({ type: 'voiceassist.playback.update', holds: true })
  expect(await call.until('voiceassist.playback', 2)).toMatchObject({ holds: true })
  call.say('what does the warranty cover')
  await call.until('response.done')
  return call
}

test('a click holds the reply, and a moment later it goes on with nothing lost', async () => {
  const call = await listener('acme:barge-click')
  call.append(click)
  await call.until('input_audio_buffer.speech_started', 2)
  await call.until('voiceassist.playback.held')
  call.append(silence(160))
  expect(await call.until('voiceassist.playback.released')).toMatchObject({ resumes: true })
  call.append(silence(600))
  await call.until('input_audio_buffer.cleared')
  expect(call.named('conversation.item.truncated')).toEqual([])
  expect(call.named('output_audio_buffer.cleared')).toEqual([])
  expect(call.named('response.created')).toHaveLength(1)
})

test('a listener’s “okay” is in the transcript and stops nothing', async () => {
  const call = await listener('acme:barge-okay')
  call.append(encodeWords('okay'))
  await call.until('voiceassist.playback.held')
  call.append(silence(160))
  expect(await call.until('voiceassist.playback.released')).toMatchObject({ resumes: true })
  call.append(silence(600))
  const heard = await call.until('conversation.item.input_audio_transcription.completed', 2)
  expect(heard).toMatchObject({ transcript: 'okay' })
  expect(call.named('conversation.item.truncated')).toEqual([])
  expect(call.named('response.created')).toHaveLength(1)
})

test('words cut it where it was held, and are answered', async () => {
  const call = await listener('acme:barge-words')
  call.append(encodeWords('stop please'))
  await call.until('voiceassist.playback.held')
  call.append(silence(1000))
  expect(await call.until('voiceassist.playback.released')).toMatchObject({ resumes: false })
  await call.until('conversation.item.truncated')
  expect(await call.until('response.done', 2)).toMatchObject({ response: { status: 'completed' } })
  const names = call.events.map(({ type }) => type)
  expect(names.indexOf('voiceassist.playback.held')).toBeLessThan(
    names.lastIndexOf('input_audio_buffer.speech_started'),
  )
})

test('a reply begun at the pause is said when the turn is over, and is one reply', async () => {
  const call = await dial('acme:draft')
  call.append(encodeWords('what does the warranty cover'))
  call.append(silence(300))
  // The words are known, and the reply is made, while the caller may still go on.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(call.named('response.created')).toEqual([])
  call.append(silence(400))
  expect(await call.until('voiceassist.turn_metrics')).toMatchObject({ vad_ms: 500, stt_ms: null })
  expect(call.named('response.created')).toHaveLength(1)
  expect(call.heard()).toBe(call.named('response.output_audio_transcript.done')[0]!['transcript'])
})

test('a caller who goes on after the pause is answered once, to all of it', async () => {
  const call = await dial('acme:draft-dropped')
  call.append(encodeWords('what does the warranty'))
  call.append(silence(300))
  await new Promise((resolve) => setTimeout(resolve, 1000))
  call.append(encodeWords('cover'))
  call.append(silence(1000))
  await call.until('response.done')
  expect(call.named('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { transcript: 'what does the warranty cover' },
  ])
  expect(call.named('response.created')).toHaveLength(1)
})
