/** Conversations by filters, and others' conversations for those who may read them. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { ConversationPage, MessagePage } from '../../workers/assistant/schemas.ts'
import { say, startAssistant, type TestAssistant } from './assistant-harness.ts'
import type { Who } from './harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const OWN = '/api/conversations'
const ALL = '/api/admin/conversations'
const find = async (path: string, who?: Who) => {
  const answer = await app.send('GET', path, undefined, who)
  expect(answer.status).toBe(200)
  return (await answer.json<ConversationPage>()).items
}
const audited = async () => {
  await app.settle()
  const all = JSON.stringify(app.audited.splice(0))
  return all.match(/conversation\.(read|export)/g) ?? []
}
/** A key of the same tenant: somebody else. */
const other = { scopes: ['rag.query'] }

test('an administrator sees all of the tenant and no other’s, each time in the audit log', async () => {
  const mine = await say(app, { message: 'mine' })
  const theirs = await say(app, { message: 'theirs' }, { who: other })
  await say(app, { message: 'of globex' }, { who: { tenant: 'globex' } })
  await audited()

  const own = await find(OWN)
  expect(own.map(({ title }) => title)).toEqual(['mine'])
  expect(own[0]).toMatchObject({
    owner: { type: 'user', id: 'ada', name: 'Ada' },
    assistant: null,
    summary: null,
    cost_micro_dollars: mine.cost_micro_dollars,
  })
  expect(await audited()).toEqual([])
  const all = await find(ALL)
  expect(all.map(({ title }) => title)).toEqual(['theirs', 'mine'])
  expect(all[0]!.owner).toMatchObject({ type: 'key', name: null })
  expect(await audited()).toEqual(['conversation.read'])

  const path = `${ALL}/${theirs.session_id}`
  const { items } = await (await app.send('GET', `${path}/messages`)).json<MessagePage>()
  expect(items.map(({ content }) => content)[0]).toBe('theirs')
  expect(items[1]!.trace_id).toMatch(/^[0-9a-f]{32}$/)
  expect(await audited()).toEqual(['conversation.read'])
  expect((await app.send('GET', `${path}/export`)).status).toBe(200)
  expect(await audited()).toEqual(['conversation.read', 'conversation.export'])
  // One's own are no secret from oneself.
  expect((await app.send('GET', `${ALL}/${mine.session_id}`)).status).toBe(200)
  expect(await audited()).toEqual([])

  expect((await app.send('GET', `${OWN}/${theirs.session_id}`)).status).toBe(404)
  expect((await app.send('GET', path, undefined, { tenant: 'globex' })).status).toBe(404)
  expect((await app.send('GET', path, undefined, { role: 'editor' })).status).toBe(403)
  expect((await app.send('DELETE', path)).status).toBe(404)
})

test('filters are by words, assistant, status, time and user', async () => {
  const made = await app.send('POST', '/api/admin/assistants', {
    slug: 'sailor',
    content: { name: 'Sailor' },
  })
  const { id } = await made.json<{ id: string }>()
  const asked = await say(app, { message: 'ahoy', assistant: 'sailor' })
  await say(app, { message: 'call handoff {"reason":"wants a person"}' })
  const titles = async (query: string, path = OWN) =>
    (await find(`${path}?${query}`)).map(({ title }) => title)
  expect(await find(`${OWN}?assistant=${id}`)).toMatchObject([
    { id: asked.session_id, assistant: { id, version: 1, name: 'Sailor' } },
  ])
  expect(await titles('status=handed_off')).toEqual(['call handoff {"reason":"wants a person"}'])
  expect(await titles('q=ahoy&status=open')).toEqual(['ahoy'])
  const soon = new Date(Date.now() + 60_000).toISOString()
  expect(await titles(`from=${soon}`)).toEqual([])
  expect(await titles(`to=${soon}&q=ahoy`)).toEqual(['ahoy'])
  expect(await titles('user=ada&q=ahoy', ALL)).toEqual(['ahoy'])
  expect(await titles('user=nobody', ALL)).toEqual([])
  for (const bad of ['status=gone', 'from=yesterday', 'assistant=sailor', 'limit=0']) {
    expect((await app.send('GET', `${OWN}?${bad}`)).status).toBe(422)
  }
})
