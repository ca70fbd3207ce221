/** Conversations as things: listed, searched, renamed, exported, deleted, and streams gone on with. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { sweepConversations } from '../../workers/assistant/schedule.ts'
import type {
  ConversationExport,
  ConversationPage,
  MessagePage,
  Reply,
} from '../../workers/assistant/schemas.ts'
import {
  framesOf,
  say,
  startAssistant,
  stream,
  type TestAssistant,
  textOf,
} from './assistant-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const PATH = '/api/conversations'
const find = async (query = '') =>
  (await app.send('GET', `${PATH}${query}`)).json<ConversationPage>()

test('a caller’s own are listed, newest first, page by page', async () => {
  const ids: string[] = []
  for (const message of ['one', 'two', 'three']) {
    ids.unshift((await say(app, { message })).session_id)
  }
  await say(app, { message: 'of globex' }, { who: { tenant: 'globex' } })
  await say(app, { message: 'of a key' }, { who: { scopes: ['rag.query'] } })
  const first = await find('?limit=2')
  expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const rest = await find(`?limit=2&cursor=${first.next_cursor}`)
  expect(rest).toMatchObject({ items: [{ id: ids[2], title: 'one', turns: 1 }], next_cursor: null })
})

test('words are found in titles and in messages, and patterns are words too', async () => {
  const { session_id } = await say(app, { message: 'The 100% Lighthouse' })
  await say(app, { message: 'call calculate {"expression":"7*191"}', session_id })
  for (const q of ['lighthouse', '100%25', '1337']) {
    expect((await find(`?q=${q}`)).items.map(({ id }) => id)).toEqual([session_id])
  }
  expect((await find('?q=1_7')).items).toEqual([])
})

test('one is renamed, exported whole, and deleted with all it holds', async () => {
  const { session_id } = await say(app, { message: 'hello' })
  await say(app, { message: 'and again', session_id })
  const path = `${PATH}/${session_id}`
  const renamed = await app.send('PATCH', path, { title: '  Tides  ' })
  expect(await renamed.json()).toMatchObject({ title: 'Tides' })
  expect((await app.send('PATCH', path, { title: '' })).status).toBe(422)

  const answer = await app.send('GET', `${path}/export`)
  expect(answer.headers.get('content-disposition')).toContain(`conversation-${session_id}.json`)
  const exported = await answer.json<ConversationExport>()
  expect(exported.conversation.title).toBe('Tides')
  await app.settle()
  expect(JSON.stringify(app.audited)).toContain('conversation.export')
  expect(exported.messages.map(({ role, turn }) => [role, turn])).toEqual([
    ['user', 1],
    ['assistant', 1],
    ['user', 2],
    ['assistant', 2],
  ])

  expect((await app.send('DELETE', path)).status).toBe(204)
  expect((await app.send('DELETE', path)).status).toBe(404)
  expect((await app.send('GET', `${path}/messages`)).status).toBe(404)
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query('select count(*)::int as n from messages where session_id = $1', [session_id]),
  ])
  expect(rows).toEqual([{ n: 0 }])
})

test('an answer is rated by who asked, and the last rating holds', async () => {
  const { session_id, message_id: id } = await say(app, { message: 'hello' })
  const path = `/api/assistant/messages/${id}/feedback`
  const rate = (body: object, who = {}) => app.send('PUT', path, body, who)
  const first = await rate({ rating: 2, reason: 'Too short' })
  expect(await first.json()).toMatchObject({ rating: 2, reason: 'Too short' })
  expect((await rate({ rating: 5 })).status).toBe(200)
  const { items } = await (
    await app.send('GET', `${PATH}/${session_id}/messages`)
  ).json<MessagePage>()
  const [question, answer] = items
  expect(answer?.feedback).toMatchObject({ rating: 5, reason: '' })
  expect(question?.feedback).toBeNull()
  const refused = await rate({ rating: 6 })
  expect(await refused.json()).toMatchObject({ errors: [{ pointer: '/rating' }] })
  for (const who of [{ tenant: 'globex' }, { scopes: ['rag.query'] }]) {
    expect((await rate({ rating: 0 }, who)).status).toBe(404)
  }
  const ofQuestion = `/api/assistant/messages/${question!.id}/feedback`
  expect((await app.send('PUT', ofQuestion, { rating: 1 })).status).toBe(404)
})

test('a transcript has its parts in order, and what each tool took', async () => {
  const message = 'call calculate {"expression":"2+3"}'
  const { session_id } = await say(app, { message })
  const { items } = await (
    await app.send('GET', `${PATH}/${session_id}/messages`)
  ).json<MessagePage>()
  const { parts, tool_calls: calls } = items[1]!
  expect(parts.map(({ type }) => type)).toEqual(['tool_call', 'tool_result', 'text'])
  const results = parts.filter((part) => part.type === 'tool_result')
  expect(results.map(({ id, status, duration_ms: ms }) => [id, status, ms])).toEqual(
    calls.map(({ id, status, duration_ms: ms }) => [id, status, ms]),
  )
})

const resume = async (id: unknown, lastEventId?: string) => {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  }
  return app.request(`/api/assistant/messages/${String(id)}/events`, { headers })
}

test('a stream that broke goes on behind any event of it, to the same end', async () => {
  const frames = await stream(app, { message: 'call web_search {"query":"tides twice a day"}' })
  const { message_id: id } = frames[0]!.data
  const done = frames.at(-1)!.data as unknown as Reply
  const shown = frames.filter((frame) => frame.id !== undefined)
  expect(shown.length).toBeGreaterThan(5)
  for (const [index, { id: lastEventId }] of shown.entries()) {
    const rest = framesOf(await (await resume(id, lastEventId)).text())
    expect(textOf(shown.slice(0, index + 1)) + textOf(rest)).toBe(done.text)
    const names = [...shown.slice(0, index + 1), ...rest].map(({ event }) => event)
    expect(names.filter((name) => name === 'tool_result')).toHaveLength(1)
    expect(rest.at(-1)).toMatchObject({ event: 'done', data: { text: done.text, message_id: id } })
  }
  expect(textOf(framesOf(await (await resume(id)).text()))).toBe(done.text)
})

test('a stream gone on with while its turn runs waits for its end', async () => {
  const settings = { CHAT_MODEL: 'va-extractive-1:slow' }
  const slow = await startStream(settings)
  const rest = framesOf(await (await resume(slow.messageId)).text())
  expect(rest.at(-1)).toMatchObject({ event: 'done', data: { status: 'complete' } })
  await slow.end()
})

async function startStream(settings: object) {
  const headers = {
    authorization: `Bearer ${await app.token()}`,
    'content-type': 'application/json',
    accept: 'text/event-stream',
  }
  const init = { method: 'POST', headers, body: JSON.stringify({ message: 'hello' }) }
  const response = await Promise.resolve(
    app.app.request('/api/assistant/messages', init, { ...app.env, ...settings }, app.execution),
  )
  const text = response.text()
  const found = await vi.waitFor(async () => {
    const { items } = await find('?limit=1')
    const messages = await app.send('GET', `${PATH}/${items[0]!.id}/messages`)
    const { items: all } = await messages.json<{ items: { id: string; status: string }[] }>()
    return all.find(({ status }) => status === 'running')!
  })
  return { messageId: found.id, end: () => text }
}

test('nobody goes on with another’s stream, nor from a place that never was', async () => {
  const frames = await stream(app, { message: 'hello' })
  const id = String(frames[0]!.data['message_id'])
  const path = `/api/assistant/messages/${id}/events`
  expect((await app.send('GET', path, undefined, { tenant: 'globex' })).status).toBe(404)
  expect((await app.send('GET', path, undefined, { scopes: ['rag.query'] })).status).toBe(404)
  expect((await resume(crypto.randomUUID())).status).toBe(404)
  expect((await resume(id, 'nonsense')).status).toBe(422)
})

test('a turn whose worker died is given up on, and the next one is let in', async () => {
  const { session_id } = await say(app, { message: 'hello' })
  const { messageId } = await abandon(session_id)
  expect((await resume(messageId)).status).toBe(504)
  expect(await say(app, { message: 'again', session_id })).toMatchObject({ turn: 3 })
})

/** Leaves a turn as a Worker that died in it would. */
async function abandon(sessionId: string) {
  const messageId = crypto.randomUUID()
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query(
      `update sessions set turns = 2, busy_until = now() - interval '1 second' where id = $1`,
      [sessionId],
    ),
    app.sql.query(
      `insert into messages values ('acme', $1, $2, 2, 'assistant', 'running', null, '', '[]', '[]',
        null, false, '{"input_tokens":0,"output_tokens":0}', '{}', now())`,
      [sessionId, messageId],
    ),
  ])
  return { messageId }
}

test('what nobody went on with for long is swept away, of every tenant', async () => {
  const old = await say(app, { message: 'old' })
  const young = await say(app, { message: 'young' }, { who: { tenant: 'globex' } })
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query(`update sessions set updated_at = now() - interval '91 days' where id = $1`, [
      old.session_id,
    ]),
  ])
  const log = createLog({ level: 'error' }, {})
  await sweepConversations({ env: app.env, log, now: () => new Date() })
  expect((await app.send('GET', `${PATH}/${old.session_id}`)).status).toBe(404)
  const kept = await app.send('GET', `${PATH}/${young.session_id}`, undefined, { tenant: 'globex' })
  expect(kept.status).toBe(200)
})
