/** What a search does beyond its words: misspelt ones, sections, conversations, feedback. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { edgeContext } from '../../workers/edge-context.ts'
import type { Explained } from '../../workers/knowledge/explain-schemas.ts'
import type { Answer, Turn } from '../../workers/knowledge/schemas.ts'
import type { SearchResult } from '../../workers/knowledge/search-schemas.ts'
import { searchKnowledge } from '../../workers/knowledge/service.ts'
import { bodyOf } from './evals-harness.ts'
import { startApp, type TestApp, type Who } from './harness.ts'
import { DOCUMENTS, learn } from './knowledge-harness.ts'

let app: TestApp
let tenants = 0
let who: Who & { tenant: string }

beforeAll(async () => void (app = await startApp()))
beforeEach(async () => {
  who = { tenant: `retrieval-${++tenants}` }
  const sql = connect(app.database.owner)
  await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [who.tenant]),
    sql.query('insert into tenants (id, name, created_at) values ($1, $1, now())', [who.tenant]),
  ])
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app.settle()
})
afterAll(() => app?.close())

const search = async (query: string, more: object = {}) =>
  bodyOf<SearchResult>(await app.send('POST', '/api/search', { query, ...more }, who))

const ask = async (question: string, history: Turn[] = []) =>
  bodyOf<Answer>(await app.send('POST', '/api/ask', { question, history }, who))

async function flip(flag: string, defaultValue: boolean) {
  const made = { name: flag, type: 'boolean', defaultValue, enabled: true }
  await bodyOf(await app.send('POST', '/api/admin/feature-flags', made, who), 201)
}

const context = (chatModel = 'va-extractive-1') =>
  edgeContext(
    { ...app.env, CHAT_MODEL: chatModel },
    {
      tenantId: who.tenant,
      actor: { type: 'user', userId: 'ada', sessionId: 's', permissions: new Set() },
      requestId: 'test',
      traceparent: '',
      waitUntil: (work) => app.execution.waitUntil(work),
    },
  )

async function titlesFor(question: string, history: Turn[], chatModel?: string) {
  const signal = AbortSignal.timeout(60_000)
  const { sources } = await searchKnowledge(context(chatModel), { question, history }, signal)
  return sources.map(({ title }) => title)
}

test('a word nobody wrote is searched for as the one most like it, and the result says so', async () => {
  await learn(app, 'filters.txt', 'Filters are exchanged every spring by the caretaker.', who)
  await learn(app, 'boats.txt', 'The ferry crosses the river at noon.', who)
  const { hits, corrections } = await search('Whatt about exchangd flters')
  expect(corrections).toEqual(
    expect.arrayContaining([
      { from: 'exchangd', to: 'exchanged' },
      { from: 'flters', to: 'Filters' },
    ]),
  )
  expect(hits[0]).toMatchObject({ title: 'filters', lexicalRank: 1 })
  expect(hits[0]?.coverage).toBeLessThan(1)
  const again = await search('Whatt about exchangd flters')
  expect(again).toMatchObject({ cache: 'memory', corrections })
  const asked = { query: 'exchangd', documentId: hits[0]?.documentId }
  const explained = await app.send('POST', '/api/search/explain', asked, who)
  expect((await bodyOf<Explained>(explained)).corrections).toEqual([
    { from: 'exchangd', to: 'exchanged' },
  ])
})

test('a word that is known, short, a number, or like none stays as it is', async () => {
  await learn(app, 'pumps.txt', 'The pump 4711 stands in hall seven, beside the turbine.', who)
  for (const query of ['turbine', 'pmp', '4712', 'zeppelin'])
    expect(await search(query)).toMatchObject({ corrections: [] })
})

test('a correction tells of no document that the reader may not see', async () => {
  const id = await learn(app, 'secret.txt', 'Project Nightingale begins in May.', who)
  await learn(app, 'open.txt', 'Nothing begins in May.', who)
  const labels = { roles: ['admin'] }
  await bodyOf(await app.send('PATCH', `${DOCUMENTS}/${id}`, { labels }, who))
  const typo = 'Nightingal'
  expect(await search(typo)).toMatchObject({ corrections: [] })
  await bodyOf(await app.send('PATCH', `${DOCUMENTS}/${id}`, { labels: null }, who))
  expect((await search(typo)).corrections).toEqual([{ from: typo, to: 'Nightingale' }])
})

test('an answer may rest on a neighbour of the chunk that was found, cited where it stands', async () => {
  const filler = (word: string) => `${word} says nothing. `.repeat(60).trim()
  const text = [
    '# Manual',
    `The Kestrel compressor is described in this chapter. ${filler('Prologue')}`,
    `Its valve opens at seven bar. ${filler('Epilogue')}`,
    '# Other',
    `Its valve opens at nine bar. ${filler('Appendix')}`,
  ].join('\n\n')
  const id = await learn(app, 'manual.md', text, who)
  const { hits } = await search('Kestrel compressor')
  expect(hits[0]?.text).not.toContain('seven bar')
  const signal = AbortSignal.timeout(60_000)
  const { sources, text: shown } = await searchKnowledge(
    context(),
    { question: 'Kestrel compressor', maxSources: 1 },
    signal,
  )
  expect(sources).toHaveLength(1)
  expect(shown).toContain('opens at seven bar')
  expect(shown).not.toContain('nine bar')

  const flag = '/api/admin/feature-flags/rag_max_results'
  await bodyOf(await app.send('PATCH', flag, { defaultValue: 1 }, who))
  const { citations } = await ask('Kestrel compressor: at how many bar does the valve open?')
  const seven = citations.find(({ quote }) => quote.includes('seven bar'))
  const whole = await bodyOf<{ text: string }>(
    await app.send('GET', `${DOCUMENTS}/${id}/text`, undefined, who),
  )
  expect(seven).toBeDefined()
  for (const { start, end, quote } of citations) expect(whole.text.slice(start, end)).toBe(quote)
})

const HISTORY: Turn[] = [
  { role: 'user', content: 'Who built the lighthouse of Marrow?' },
  { role: 'assistant', content: 'Somebody did.' },
]

async function learnLighthouse() {
  await learn(app, 'lighthouse.txt', 'The lighthouse of Marrow is forty metres high.', who)
  await learn(app, 'metres.txt', 'How high it is: the crane has a hook.', who)
}

test('a question that leans on the conversation is searched for in other words too', async () => {
  await learnLighthouse()
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal)
  const before = app.used.length
  expect(await titlesFor('How high is it?', HISTORY)).toContain('lighthouse')
  await app.settle()
  const used = app.used.slice(before) as { purpose: string; units: { input: number } }[]
  const rewrite = used.find(({ purpose }) => purpose === 'rewrite')
  expect(rewrite?.units.input).toBeGreaterThan(0)
  expect(used.filter(({ purpose }) => purpose === 'embed_query')).toHaveLength(2)
})

test.each([
  ['fails', 'va-extractive-1:500', false],
  ['is late', 'va-extractive-1:slow', true],
])('when the model %s, the question is searched for as it was asked', async (_, model, isLate) => {
  await learnLighthouse()
  const late = AbortSignal.abort(new DOMException('too late', 'TimeoutError'))
  const inTime = new AbortController().signal
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(isLate ? late : inTime)
  const ctx = context(model)
  const asked = { question: 'How high is it?', history: HISTORY }
  const { sources } = await searchKnowledge(ctx, asked, inTime)
  expect(sources.map(({ title }) => title)).toContain('lighthouse')
  await app.settle()
  const reason = isLate ? 'late' : 'failed'
  expect(app.metrics.count('voiceassist_rag_fallback_total', 'rewrite', reason)).toBe(1)
})

test('no model is asked about a question that stands alone, nor when the flag is off', async () => {
  await learnLighthouse()
  const rewrites = () => {
    const used = app.used as { purpose: string; tenantId: string }[]
    return used.filter((use) => use.purpose === 'rewrite' && use.tenantId === who.tenant)
  }
  await titlesFor('Who built the lighthouse of Marrow?', HISTORY)
  await titlesFor('How high is it?', [])
  await flip('rag_query_rewriting', false)
  await titlesFor('How high is it?', HISTORY)
  await app.settle()
  expect(rewrites()).toEqual([])
})

test('rag_relevance_feedback: words of the first hits find what the question has no word of', async () => {
  await learn(app, 'one.txt', 'The otter eats crayfish and eel. Crayfish and eel.', who)
  await learn(app, 'two.txt', 'Crayfish and eel are rare this year.', who)
  await learn(app, 'three.txt', 'The minister opened a bridge.', who)
  const byWords = async () =>
    (await search('otter')).hits.flatMap(({ title, lexicalRank }) => (lexicalRank ? [title] : []))
  expect(await byWords()).toEqual(['one'])
  await flip('rag_relevance_feedback', true)
  expect(await byWords()).toEqual(['one', 'two'])
})
