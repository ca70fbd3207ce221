/** Speech and transcription of the OpenAI stand-in through the real client. */
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWav } from '../../local/openai/wav.ts'
import { type Api, collect, startApi } from './openai-client.ts'

const model = 'va-words-1'
const voice = 'alloy'
const TEXT = 'The warranty costs 20 €, привет!'

let api: Api
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.server.close())

const say = (response_format: 'pcm' | 'wav', input = TEXT) =>
  api.client.audio.speech.create({ model, voice, input, response_format })

const wavOf = async (input = TEXT) => {
  const bytes = new Uint8Array(await (await say('wav', input)).arrayBuffer())
  return toFile(bytes, 'speech.wav', { type: 'audio/wav' })
}

describe('speech', () => {
  test('PCM and WAV hold the same 24 kHz samples', async () => {
    const pcm = Buffer.from(await (await say('pcm')).arrayBuffer())
    const wav = Buffer.from(await (await say('wav')).arrayBuffer())
    expect(wav.subarray(44).equals(pcm)).toBe(true)
    expect(readWav(wav).sampleRate).toBe(24_000)
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8)
  })

  test('PCM is streamed in pieces of at most a tenth of a second', async () => {
    const response = await say('pcm')
    expect(response.headers.get('content-type')).toBe('audio/pcm')
    const chunks = await collect(response.body!)
    expect(chunks.length).toBeGreaterThan(3)
  })

  test.each([
    ['no text', { input: ' ', response_format: 'pcm' }, 'input'],
    ['too much text', { input: 'a '.repeat(2049), response_format: 'pcm' }, 'input'],
    ['MP3', { input: TEXT, response_format: 'mp3' }, 'response_format'],
    ['another speed', { input: TEXT, response_format: 'pcm', speed: 2 }, 'speed'],
  ])('%s is refused', async (_, body, param) => {
    const request = api.client.post('/audio/speech', { body: { model, voice, ...body } })
    await expect(request).rejects.toMatchObject({ status: 400, param })
  })
})

describe('transcription hears what speech said', () => {
  test('as JSON, with the seconds it was billed for', async () => {
    const transcription = await api.client.audio.transcriptions.create({
      model,
      file: await wavOf(),
    })
    expect(transcription).toEqual({ text: TEXT, usage: { type: 'duration', seconds: 3 } })
  })

  test('as text', async () => {
    const text = await api.client.audio.transcriptions.create({
      model,
      file: await wavOf(),
      response_format: 'text',
    })
    expect(text).toBe(`${TEXT}\n`)
  })

  test('with the times of words and segments', async () => {
    const verbose = await api.client.audio.transcriptions.create({
      model,
      file: await wavOf('Hi there'),
      response_format: 'verbose_json',
      timestamp_granularities: ['word', 'segment'],
    })
    expect(verbose).toMatchObject({
      text: 'Hi there',
      duration: 0.6,
      words: [
        { word: 'Hi', start: 0, end: 0.2 },
        { word: 'there', start: 0.24, end: 0.56 },
      ],
      segments: [{ start: 0, end: 0.56, text: 'Hi there' }],
    })
    const plain = await api.client.audio.transcriptions.create({
      model,
      file: await wavOf('Hi there'),
      response_format: 'verbose_json',
    })
    expect(plain.words).toBeUndefined()
    expect(plain.segments).toHaveLength(1)
  })

  test('as a stream of words', async () => {
    const events = await collect(
      await api.client.audio.transcriptions.create({ model, file: await wavOf(), stream: true }),
    )
    expect(events.at(-1)).toEqual({ type: 'transcript.text.done', text: TEXT })
    const deltas = events.map((event) =>
      event.type === 'transcript.text.delta' ? event.delta : '',
    )
    expect(deltas.join('')).toBe(TEXT)
  })

  test('silence as nothing', async () => {
    const bytes = Buffer.from(await (await say('wav')).arrayBuffer())
    bytes.fill(0, 44)
    const file = await toFile(bytes, 'silence.wav')
    const { text } = await api.client.audio.transcriptions.create({ model, file })
    expect(text).toBe('')
  })

  test.each([
    ['no WAV', Buffer.from('ID3 of an MP3 file'), /not a WAV file/u],
    ['nothing', Buffer.alloc(0), /not a WAV file/u],
  ])('%s is refused', async (_, bytes, message) => {
    const file = await toFile(bytes, 'speech.mp3')
    const request = api.client.audio.transcriptions.create({ model, file })
    await expect(request).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(message),
    })
  })

  test('a form without a file is refused', async () => {
    const form = new FormData()
    form.set('model', model)
    const response = await fetch(`${api.server.baseUrl}/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: 'Bearer secret' },
      body: form,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'file' } })
  })
})
