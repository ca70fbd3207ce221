/** Hits ordered anew by a model behind RERANK_URL: what it gets, what becomes of its order, and of its failures. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type RerankServer, startRerank } from '../../local/rerank/server.ts'
import type { Explained } from '../../workers/knowledge/explain-schemas.ts'
import type { Answer } from '../../workers/knowledge/schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { bodyOf } from './evals-harness.ts'
import { startApp, type TestApp } from './harness.ts'
import { learn } from './knowledge-harness.ts'

const KEY = 'rerank-key-of-the-tests'
const MODEL = 'words-reranker'

const timeout = vi.spyOn(AbortSignal, 'timeout')
let app: TestApp
let rerank: RerankServer
let last = ''

/** Many that say the one word often, so that the one that says both stands behind them. */
beforeAll(async () => {
  rerank = await startRerank({ apiKey: KEY })
  app = await startApp()
  const price = { model: MODEL, kind: 'rerank', from: '2026-01-01', input: 20_000_000 }
  Object.assign(app.env, {
    RERANK_URL: rerank.url,
    RERANK_MODEL: MODEL,
    RERANK_API_KEY: KEY,
    MODEL_PRICES: JSON.stringify([price, ...JSON.parse(app.env.MODEL_PRICES)]),
  })
  for (let at = 0; at < 12; at++)
    await learn(app, `anchor${at}.txt`, `${'Anchor anchor. '.repeat(3)}Number ${at}.`)
  const filler = Array.from({ length: 150 }, (_, at) => `thing${at}`).join(' ')
  last = await learn(app, 'both.txt', `An anchor of bronze among ${filler}.`)
  limitAfter()
}, 120_000)
afterEach(async () => {
  rerank.setUp(true)
  limitAfter()
  await app.settle()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await Promise.all([app?.close(), rerank?.close()])
})

/** Time stands still, but for what waits this long. */
const limitAfter = (late?: number) =>
  timeout.mockImplementation((ms) =>
    ms === late ? AbortSignal.abort() : new AbortController().signal,
  )

const search = async (query: string, k = 10) =>
  bodyOf<SearchResult>(await app.send('POST', '/api/search', { query, k }))

test('the best eight come first with their scores, the others in their own order', async () => {
  const before = app.used.length
  const { hits, timings, corrections } = await search('bronze anchor', 12)
  expect(corrections).toEqual([])
  expect(hits).toHaveLength(12)
  expect(hits[0]).toMatchObject({ documentId: last, rerankScore: 1 })
  expect(hits.filter(({ rerankScore }) => rerankScore !== null)).toHaveLength(8)
  expect(hits.slice(8).every(({ rerankScore }) => rerankScore === null)).toBe(true)
  expect(timings).toHaveProperty('rerankMs')
  const [request] = rerank.requests().slice(-1)
  expect(request).toMatchObject({ model: MODEL, query: 'bronze anchor', top_n: 8 })
  expect(request?.documents).toHaveLength(13)
  await app.settle()
  const used = app.used.slice(before) as { purpose: string }[]
  expect(used.find(({ purpose }) => purpose === 'rerank')).toMatchObject({
    model: MODEL,
    provider: new URL(rerank.url).host,
    estimated: false,
    microDollars: expect.any(Number),
  })
})

test('a search for fewer looks at thirty all the same, and explain shows the score', async () => {
  const { hits } = await search('anchor of bronze', 1)
  expect(hits).toMatchObject([{ documentId: last, rerankScore: 1 }])
  expect(rerank.requests().at(-1)?.documents).toHaveLength(13)
  const asked = { query: 'anchor of bronze', documentId: last, k: 1 }
  const explained = await bodyOf<Explained>(await app.send('POST', '/api/search/explain', asked))
  expect(explained).toMatchObject({ reason: 'found', rank: 1, chunk: { rerankScore: 1 } })
})

test('an answer is made from the new order, and its bill has the cost', async () => {
  const question = 'Of what is the bronze anchor?'
  const answer = await bodyOf<Answer>(await app.send('POST', '/api/ask', { question }))
  expect(answer.citations.map(({ documentId }) => documentId)).toContain(last)
  expect(answer.costMicroDollars).toBeGreaterThan(0)
})

test.each([
  ['is away', 'failed', {}, () => rerank.setUp(false)],
  ['refuses our key', 'failed', { RERANK_API_KEY: 'another' }, () => {}],
  ['is late', 'late', {}, () => limitAfter(600)],
])(
  'when it %s, hits keep their own order, nothing of that is kept and it is counted',
  async (name, reason, env, fail) => {
    fail()
    const count = async () => {
      await app.settle()
      return app.metrics.count('voiceassist_rag_fallback_total', 'rerank', reason)
    }
    const before = await count()
    const ask = async () => {
      const init = {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await app.token()}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ query: `anchor bronze ${name}`, k: 5 }),
      }
      const settings = { ...app.env, ...env }
      return bodyOf<SearchResult>(
        await app.app.request('/api/search', init, settings, app.execution),
      )
    }
    const { hits } = await ask()
    expect(hits).toHaveLength(5)
    expect(hits.map(({ rerankScore }) => rerankScore)).toEqual([null, null, null, null, null])
    expect((await ask()).cache).toBe('none')
    expect((await count()) - before).toBe(2)
  },
)
