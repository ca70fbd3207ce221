/** Sessions of telephony's formats: 8 kHz, a byte per sample, both ways. */
import { expect, test } from 'vitest'
import { decodeWords, encodeWords } from '../../local/openai/codec.ts'
import { A_LAW, MU_LAW } from '../../workers/voice/g711.ts'
import { dial } from './voice-call.ts'

const RATE = 8000
/** 20 ms, as carriers send them. */
const FRAME = 160

test.each([
  ['audio/pcmu', MU_LAW],
  ['audio/pcma', A_LAW],
] as const)('a call in %s is heard and answered in it', async (type, law) => {
  const call = await dial(`acme:${type.slice(-4)}`)
  const audio = { input: { format: { type } }, output: { format: { type } } }
  call.send({ type: 'session.update', session: { type: 'realtime', audio } })
  expect(await call.until('session.updated')).toMatchObject({ session: { audio } })

  const line = law.encode(encodeWords('what does the warranty cover', RATE))
  const silence = law.encode(new Int16Array(RATE))
  for (const sound of [line, silence]) {
    for (let at = 0; at < sound.length; at += FRAME) {
      const frame = sound.subarray(at, at + FRAME).toBase64()
      call.send({ type: 'input_audio_buffer.append', audio: frame })
    }
  }
  const { response } = await call.until('response.done')
  expect(response).toMatchObject({ status: 'completed', audio: { output: { format: { type } } } })
  expect(call.named('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { transcript: 'what does the warranty cover' },
  ])

  const pieces = call.named('response.output_audio.delta').map(({ delta }) => String(delta))
  const bytes = pieces.flatMap((piece) => [...Uint8Array.fromBase64(piece)])
  const words = decodeWords(law.decode(Uint8Array.from(bytes)), RATE)
  const { transcript } = call.named('response.output_audio_transcript.done')[0]!
  expect(words.map(({ text }) => text).join(' ')).toBe(transcript)
})

test('one reply may be in another format than the session', async () => {
  const call = await dial('acme:oneformat')
  const content = [{ type: 'input_text', text: 'what does the warranty cover' }]
  call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  const audio = { output: { format: { type: 'audio/pcmu' } } }
  call.send({ type: 'response.create', response: { audio } })
  const { response } = await call.until('response.done')
  expect(response).toMatchObject({ audio })
  const pieces = call.named('response.output_audio.delta').map(({ delta }) => String(delta))
  const bytes = pieces.flatMap((piece) => [...Uint8Array.fromBase64(piece)])
  expect(decodeWords(MU_LAW.decode(Uint8Array.from(bytes)), RATE)).not.toHaveLength(0)
})

test('what is not base64 is refused in the name of the format', async () => {
  const call = await dial('acme:badlaw')
  const audio = { input: { format: { type: 'audio/pcmu' } } }
  call.send({ type: 'session.update', session: { type: 'realtime', audio } })
  call.send({ type: 'input_audio_buffer.append', audio: '***', event_id: 'mine' })
  const { error } = await call.until('error')
  expect(error).toMatchObject({ code: 'invalid_audio', event_id: 'mine' })
  expect(JSON.stringify(error)).toContain('audio/pcmu')
})
