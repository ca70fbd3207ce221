/** Failures the OpenAI stand-in makes on purpose, as the real client meets and retries them. */
import OpenAI, {
  APIConnectionError,
  APIConnectionTimeoutError,
  InternalServerError,
  RateLimitError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, asking, collect, startApi } from './openai-client.ts'

let api: Api
let patient: OpenAI
beforeAll(async () => {
  api = await startApi()
  patient = new OpenAI({ apiKey: 'secret', baseURL: api.server.baseUrl, maxRetries: 2 })
})
afterAll(() => api.server.close())

const chat = (suffix: string) => ({
  model: `va-extractive-1:${suffix}`,
  messages: asking('How long is the warranty?'),
})
const streamed = (suffix: string) => ({ ...chat(suffix), stream: true as const })
const requestsTo = (model: string) =>
  api.server.requests().filter((request) => request.model === model).length

describe('errors', () => {
  test(':429 is a rate limit with Retry-After of a second', async () => {
    const error = await api.client.chat.completions.create(chat('429')).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' })
    expect(error.headers.get('retry-after')).toBe('1')
  })

  test(':500 is a server error, also before a stream', async () => {
    const request = api.client.chat.completions.create(streamed('500'))
    await expect(request).rejects.toBeInstanceOf(InternalServerError)
  })

  test('the client gives up a lasting failure after its retries', async () => {
    const create = patient.chat.completions.create(chat('500'))
    const before = requestsTo('va-extractive-1:500')
    await expect(create).rejects.toBeInstanceOf(InternalServerError)
    expect(requestsTo('va-extractive-1:500') - before).toBe(3)
  })

  test('-once and -N fail that often; the client waits as told and is answered', async () => {
    const started = performance.now()
    const once = await patient.chat.completions.create(chat('429-once'))
    expect(once.choices[0]?.message.content).toMatch(/^The warranty/u)
    expect(performance.now() - started).toBeGreaterThan(950)
    expect(requestsTo('va-extractive-1:429-once')).toBe(2)

    await patient.chat.completions.create(chat('500-2'))
    expect(requestsTo('va-extractive-1:500-2')).toBe(3)
  })

  test('every model can fail', async () => {
    const embedding = api.client.embeddings.create({ model: 'va-lexical-1:429', input: 'x' })
    await expect(embedding).rejects.toMatchObject({ status: 429 })
    const speech = api.client.audio.speech.create({
      model: 'va-words-1:500',
      voice: 'alloy',
      input: 'x',
      response_format: 'pcm',
    })
    await expect(speech).rejects.toMatchObject({ status: 500 })
  })
})

describe('a connection that breaks', () => {
  test('in a stream fails it after half of the words', async () => {
    const words: string[] = []
    const read = async () => {
      const stream = await api.client.chat.completions.create(streamed('cut'))
      for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '')
    }
    await expect(read()).rejects.toThrow('terminated')
    expect(words.join('')).toMatch(/^The warranty/u)
    expect(words.join('')).not.toContain('purchase."]')
  })

  test('in a whole answer fails the request', async () => {
    await expect(api.client.chat.completions.create(chat('cut'))).rejects.toThrow('terminated')
  })

  test('in speech leaves part of the audio', async () => {
    const speech = await api.client.audio.speech.create({
      model: 'va-words-1:cut',
      voice: 'alloy',
      input: 'one two three four five',
      response_format: 'pcm',
    })
    await expect(collect(speech.body!)).rejects.toThrow('terminated')
  })

  test('before any request is what a server that is down does', async () => {
    api.server.setUp(false)
    await expect(api.client.models.list()).rejects.toBeInstanceOf(APIConnectionError)
    api.server.setUp(true)
    expect((await api.client.models.list()).data).not.toHaveLength(0)
  })
})

describe('a slow model', () => {
  test('waits before its answer, long enough for a timeout', async () => {
    const request = api.client.chat.completions.create(chat('slow'), { timeout: 500 })
    await expect(request).rejects.toBeInstanceOf(APIConnectionTimeoutError)
  })

  test('streams on at a pace at which it can be aborted', async () => {
    const stream = await api.client.chat.completions.create(streamed('slow'))
    const words: string[] = []
    for await (const chunk of stream) {
      words.push(chunk.choices[0]?.delta.content ?? '')
      if (words.length === 4) stream.controller.abort()
    }
    expect(words.join('')).toBe('The warranty of ')
    expect(words).toHaveLength(4)
  })
})

test('closing does not wait for requests under way', async () => {
  const { server, client } = await startApi()
  const pending = client.chat.completions.create(chat('slow')).catch((error: unknown) => error)
  while (server.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const started = performance.now()
  await server.close()
  expect(performance.now() - started).toBeLessThan(500)
  expect(await pending).toBeInstanceOf(APIConnectionError)
})
