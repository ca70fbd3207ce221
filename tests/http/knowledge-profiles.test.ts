/** Knowledge bases with embedding models of their own, whose vectors have other lengths. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { embed } from '../../local/openai/embedding.ts'
import type { Base } from '../../workers/knowledge/base-schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { bodyOf } from './evals-harness.ts'
import { startApp, type TestApp } from './harness.ts'
import { asOwner, learn } from './knowledge-harness.ts'

const BASES = '/api/admin/kb/bases'
const LENGTHS: Record<string, number> = {
  'va-lexical-1': 1536,
  'nomic-embed-text': 768,
  'text-embedding-3-large': 3072,
}

let app: TestApp
let provider: Server
/** As they came: the model, the length it was told, and how many texts. */
const asked: { model: string; dimensions?: number; input: string[] }[] = []

async function answer(request: IncomingMessage, response: ServerResponse) {
  const call = JSON.parse(await text(request))
  asked.push(call)
  const length = call.dimensions ?? LENGTHS[call.model]
  const data = call.input.map((input: string, index: number) => {
    const floats = embed(input, length)
    const isCoded = call.encoding_format === 'base64'
    const embedding = isCoded ? Buffer.from(floats.buffer).toString('base64') : [...floats]
    return { object: 'embedding', index, embedding }
  })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'list', model: call.model, data }))
}

beforeAll(async () => {
  provider = createServer((request, response) => void answer(request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(provider, 'listening')
  const address = provider.address()
  const port = typeof address === 'object' ? address?.port : 0
  app = await startApp()
  Object.assign(app.env, { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
})
afterEach(() => app.settle())
afterAll(async () => {
  provider?.close()
  await app?.close()
})

const makeBase = async (name: string, embeddingModel?: string) =>
  bodyOf<Base>(await app.send('POST', BASES, { name, embeddingModel }), 201)

const search = async (query: string, kbs?: string[]) =>
  bodyOf<SearchResult>(await app.send('POST', '/api/search', { query, kbs, k: 10 }))

test('a base is embedded and searched with its own model, and several join by rank', async () => {
  const small = await makeBase('Small', 'nomic-embed-text')
  expect(small.embeddingModel).toBe('nomic-embed-text')
  const usual = await makeBase('Usual')
  expect(usual.embeddingModel).toBeNull()
  await learn(app, 'small.txt', 'The heron stands in the reed.', undefined, small.id)
  await learn(app, 'usual.txt', 'The heron stands in the pond.', undefined, usual.id)
  const lengths = await asOwner(app, 'select dimensions as length from kb_vec order by 1')
  expect(lengths.map(({ length }) => length)).toEqual([768, 1536])

  asked.length = 0
  const one = await search('heron reed', [small.id])
  expect(asked.map(({ model }) => model)).toEqual(['nomic-embed-text'])
  expect(one.hits.map(({ title }) => title)).toEqual(['small'])
  expect(one.hits[0]?.cosine).toBeGreaterThan(0.5)

  asked.length = 0
  const both = await search('heron')
  expect(asked.map(({ model }) => model).toSorted()).toEqual(['nomic-embed-text', 'va-lexical-1'])
  expect(both.hits).toHaveLength(2)
  // Each is the nearest of its own model; only ranks are comparable.
  expect(both.hits.map(({ vectorRank }) => vectorRank)).toEqual([1, 1])
  for (const { score, lexicalRank } of both.hits)
    expect(score).toBeCloseTo(1 / 61 + 1 / (60 + (lexicalRank ?? Infinity)), 6)
})

test('a model that can give longer vectors is told how long they are to be', async () => {
  const large = await makeBase('Large', 'text-embedding-3-large')
  asked.length = 0
  await learn(app, 'large.txt', 'The bittern booms at dusk.', undefined, large.id)
  expect(asked.map(({ model, dimensions }) => [model, dimensions])).toEqual([
    ['text-embedding-3-large', 1536],
  ])
  const { hits } = await search('bittern', [large.id])
  expect(hits[0]).toMatchObject({ title: 'large', vectorRank: 1 })
})

test('equal text in a base of another model is embedded by that model, and never borrows a vector', async () => {
  const first = await makeBase('First', 'nomic-embed-text')
  const second = await makeBase('Second')
  asked.length = 0
  await learn(app, 'same.txt', 'The curlew calls.', undefined, first.id)
  await learn(app, 'same.txt', 'The curlew calls.', undefined, second.id)
  expect(asked.map(({ model }) => model)).toEqual(['nomic-embed-text', 'va-lexical-1'])
})

test('a model nobody knows the profile of is refused with the field named', async () => {
  const response = await app.send('POST', BASES, { name: 'X', embeddingModel: 'gpt-embed-9' })
  const problem = await bodyOf<object>(response, 422)
  expect(problem).toMatchObject({ errors: [{ pointer: '/embeddingModel' }] })
})
