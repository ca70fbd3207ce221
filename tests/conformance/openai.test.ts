/**
 * The OpenAI stand-in through the real client: models, embeddings, moderation, keys. Chat,
 * responses, audio and failures have files of their own.
 */
import OpenAI, { AuthenticationError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOpenAi } from '../../local/openai/server.ts'
import { type Api, startApi } from './openai-client.ts'

let api: Api
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.server.close())

const similarity = (one: readonly number[], other: readonly number[]) =>
  one.reduce((total, value, index) => total + value * other[index]!, 0)

describe('models', () => {
  test('are listed and described, with any suffix', async () => {
    const { data } = await api.client.models.list()
    expect(data.map(({ id }) => id)).toEqual([
      'va-extractive-1',
      'va-lexical-1',
      'va-words-1',
      'va-moderation-1',
      'va-realtime-1',
    ])
    expect(await api.client.models.retrieve('va-extractive-1:429-once')).toMatchObject({
      id: 'va-extractive-1:429-once',
      object: 'model',
    })
  })

  test.each(['gpt-5-mini', 'va-lexical-1', 'va-extractive-1:fast', 'va-extractive-1:429-'])(
    '%s is no chat model',
    async (model) => {
      const request = api.client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'hello' }],
      })
      await expect(request).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    },
  )
})

describe('embeddings', () => {
  const model = 'va-lexical-1'

  test('are of 1536 dimensions and length 1, the same in base64 (the default) and floats', async () => {
    const input = ['The warranty lasts two years', 'привет']
    const encoded = await api.client.embeddings.create({ model, input })
    const floats = await api.client.embeddings.create({ model, input, encoding_format: 'float' })
    expect(encoded.data.map(({ index }) => index)).toEqual([0, 1])
    for (const [index, { embedding }] of encoded.data.entries()) {
      expect(embedding).toHaveLength(1536)
      expect(similarity(embedding, embedding)).toBeCloseTo(1, 5)
      expect(Array.from(embedding)).toEqual(floats.data[index]?.embedding)
    }
    expect(encoded.usage).toEqual({ prompt_tokens: 9, total_tokens: 9 })
  })

  test('of fewer dimensions still tell texts apart', async () => {
    const { data } = await api.client.embeddings.create({
      model,
      dimensions: 256,
      input: ['How long is the warranty?', 'Warranties last long', 'Dogs bark at night'],
    })
    const [question, near, far] = data.map(({ embedding }) => embedding)
    expect(question).toHaveLength(256)
    expect(similarity(question!, near!)).toBeGreaterThan(similarity(question!, far!) + 0.3)
  })

  test.each([
    ['no text', { input: '' }],
    ['no texts', { input: [] }],
    ['tokens', { input: [1, 2, 3] }],
    ['too many dimensions', { input: 'x', dimensions: 3072 }],
  ])('%s are refused', async (_, body) => {
    const request = api.client.post('/embeddings', { body: { model, ...body } })
    await expect(request).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
  })
})

test('moderation flags by plain words', async () => {
  const { results } = await api.client.moderations.create({
    input: ['How do I return the goods?', 'I will kill him'],
  })
  expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
  expect(results[1]?.categories).toMatchObject({ violence: true, hate: false })
  expect(results[1]?.category_scores.violence).toBe(1)
})

describe('a request that is none', () => {
  test('a wrong key and no key are 401, in the form the client knows', async () => {
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: api.server.baseUrl, maxRetries: 0 })
    const before = api.server.requests().length
    await expect(stranger.models.list()).rejects.toBeInstanceOf(AuthenticationError)
    await expect(stranger.models.list()).rejects.toMatchObject({ code: 'invalid_api_key' })
    const response = await fetch(`${api.server.baseUrl}/models`)
    expect(response.status).toBe(401)
    expect(response.headers.get('x-request-id')).toMatch(/^req_/u)
    expect(api.server.requests()).toHaveLength(before)
  })

  test('without an expected key any will do', async () => {
    const open = await startOpenAi()
    expect((await fetch(`${open.baseUrl}/models`)).status).toBe(200)
    await open.close()
  })

  test.each([
    ['broken JSON', 'POST', '/embeddings', '{', 400],
    ['JSON that is no object', 'POST', '/embeddings', '[]', 400],
    ['no model', 'POST', '/embeddings', '{"input":"x"}', 400],
    ['a path that is not there', 'POST', '/images/generations', '{}', 404],
    ['a wrong method', 'GET', '/embeddings', undefined, 405],
    ['a body beyond 26 MB', 'POST', '/embeddings', 'x'.repeat(27 * 1024 * 1024), 413],
  ])('%s', async (_, method, path, body, status) => {
    const response = await fetch(`${api.server.baseUrl}${path}`, {
      method,
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.any(String) },
    })
  })
})

test('requests are recorded with their model', async () => {
  await api.client.embeddings.create({ model: 'va-lexical-1', input: 'x' })
  expect(api.server.requests().at(-1)).toEqual({ path: '/v1/embeddings', model: 'va-lexical-1' })
})
