/** A tenant's own assistants: made, saved as versions, brought back, archived, and what is refused. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Assistant, AssistantVersionPage } from '../../workers/assistant/assistant-schemas.ts'
import { post, say, startAssistant, type TestAssistant } from './assistant-harness.ts'

let app: TestAssistant
beforeAll(async () => {
  app = await startAssistant()
  Object.assign(app.env, { CHAT_FALLBACK_MODELS: 'va-extractive-1:invent', MAX_TURNS: '8' })
})
afterEach(() => app.settle())
afterAll(() => app.close())

const PATH = '/api/admin/assistants'
const contentOf = (content: object = {}) => ({ name: 'Help desk', ...content })
const create = async (slug: string, content?: object) => {
  const answer = await app.send('POST', PATH, { slug, content: contentOf(content) })
  expect(answer.status).toBe(201)
  return answer.json<Assistant>()
}
const refusalOf = async (answer: Response) => ({
  status: answer.status,
  ...(await answer.json<{ code: string; errors?: { pointer: string; detail: string }[] }>()),
})
const change = async (id: string, body: object) => {
  const answer = await app.send('PATCH', `${PATH}/${id}`, body)
  expect(answer.status).toBe(200)
  return answer.json<Assistant>()
}
const auditedOf = async (id: string) => {
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', 'acme', true)`),
    app.sql.query('select event from audit_log where resource = $1 order by seq', [
      `assistant:${id}`,
    ]),
  ])
  return (rows as { event: string }[]).map(({ event }) => event)
}

test('each save is a version of its own, and an old one comes back as a new one', async () => {
  const { id, version } = await create('desk', { instructions: 'Be brief.' })
  expect(version).toBe(1)
  const content = contentOf({ instructions: 'Be long.', greeting: 'Hello!' })
  const saved = await app.send('PUT', `${PATH}/${id}`, { content, version: 1, comment: 'longer' })
  expect(await saved.json()).toMatchObject({ version: 2, content: { greeting: 'Hello!' } })
  const stale = await app.send('PUT', `${PATH}/${id}`, { content, version: 1 })
  expect(await stale.json()).toMatchObject({
    status: 409,
    yours: 1,
    current: { version: 2 },
  })
  const back = await app.send('POST', `${PATH}/${id}/rollback`, { version: 1 })
  expect(await back.json()).toMatchObject({ version: 3, content: { instructions: 'Be brief.' } })
  const versions = await app.send('GET', `${PATH}/${id}/versions?limit=2`)
  const page = await versions.json<AssistantVersionPage>()
  expect(page).toMatchObject({
    items: [
      { version: 3, restored: 1, author: 'ada' },
      { version: 2, restored: null, comment: 'longer' },
    ],
    next_cursor: '2',
  })
  const rest = await app.send('GET', `${PATH}/${id}/versions?cursor=2`)
  expect(await rest.json()).toMatchObject({ items: [{ version: 1 }], next_cursor: null })
  const first = await app.send('GET', `${PATH}/${id}/versions/1`)
  expect(await first.json()).toMatchObject({ content: { instructions: 'Be brief.' } })
  const events = ['assistant.create', 'assistant.save', 'assistant.rollback']
  expect(await auditedOf(id)).toEqual(events)
})

test('a version cannot be changed, not even by SQL of the application', async () => {
  const { id } = await create('stone')
  const rows = await app.sql.query(
    `select has_table_privilege('app_user', 'assistant_versions', p) as may from unnest(array['UPDATE', 'DELETE']) p`,
  )
  expect(rows).toEqual([{ may: false }, { may: false }])
  expect((await app.send('GET', `${PATH}/${id}/versions/2`)).status).toBe(404)
  expect((await app.send('POST', `${PATH}/${id}/rollback`, { version: 7 })).status).toBe(404)
})

test.each([
  ['an unknown tool', { tools: ['calculate', 'dance'] }, '/content/tools/1'],
  ['an unknown base', { knowledge_bases: ['nowhere'] }, '/content/knowledge_bases/0'],
  ['a model outside the chain', { model: 'gpt-2' }, '/content/model'],
  ['more turns than there are', { limits: { max_turns: 9 } }, '/content/limits/max_turns'],
  [
    'too long answers',
    { limits: { max_answer_length: 99_999 } },
    '/content/limits/max_answer_length',
  ],
  ['no name', { name: ' ' }, '/content/name'],
  ['a language we do not speak', { language: 'tlh' }, '/content/language'],
  ['too long instructions', { instructions: 'x'.repeat(20_001) }, '/content/instructions'],
])('%s is refused by its field', async (_, content, pointer) => {
  const body = { slug: 'never', content: contentOf(content) }
  const answer = await refusalOf(await app.send('POST', PATH, body))
  expect(answer).toMatchObject({ status: 422, errors: [{ pointer }] })
})

test('a slug is one assistant’s; bad ones and unknown flags are refused', async () => {
  const { id } = await create('once')
  const again = await refusalOf(
    await app.send('POST', PATH, { slug: 'once', content: contentOf() }),
  )
  expect(again).toMatchObject({ status: 409, errors: [{ pointer: '/slug' }] })
  const bad = await refusalOf(await app.send('PATCH', `${PATH}/${id}`, { slug: 'No Way' }))
  expect(bad).toMatchObject({ status: 422, errors: [{ pointer: '/slug' }] })
  const flag = await refusalOf(await app.send('PATCH', `${PATH}/${id}`, { flag: 'nowhere' }))
  expect(flag).toMatchObject({ status: 422, errors: [{ pointer: '/flag' }] })
  expect(await change(id, { slug: 'twice' })).toMatchObject({ slug: 'twice', version: 1 })
})

test('one is the default at a time, an archived one never', async () => {
  const [one, other] = [await create('one'), await create('other')]
  await change(one.id, { is_default: true })
  await change(other.id, { is_default: true })
  const list = await app.send('GET', PATH)
  const { items } = await list.json<{ items: Assistant[] }>()
  expect(items.filter((item) => item.is_default).map(({ slug }) => slug)).toEqual(['other'])
  const body = { archived: true }
  expect((await app.send('PATCH', `${PATH}/${other.id}`, body)).status).toBe(409)
  await change(other.id, { archived: true, is_default: false })
})

test('it goes only from the archive, and then its conversations do not go on', async () => {
  const { id } = await create('leaving')
  const { session_id } = await say(app, { message: 'hello', assistant: 'leaving' })
  expect((await app.send('DELETE', `${PATH}/${id}`)).status).toBe(409)
  await change(id, { archived: true })
  const shelved = await app.send('GET', `${PATH}?archived=true`)
  expect(JSON.stringify(await shelved.json())).toContain('leaving')
  expect((await app.send('DELETE', `${PATH}/${id}`)).status).toBe(204)
  const answer = await post(app, { message: 'still there?', session_id })
  expect(await refusalOf(answer)).toMatchObject({
    status: 409,
    detail: expect.stringContaining('deleted'),
  })
  expect((await app.send('GET', `/api/conversations/${session_id}/messages`)).status).toBe(200)
})

test('a user may choose one and manage none', async () => {
  await create('public', { greeting: 'Hi', instructions: 'secret orders' })
  const user = { role: 'user' } as const
  const offered = await (await app.send('GET', '/api/assistants', undefined, user)).text()
  expect(offered).toContain('"greeting":"Hi"')
  expect(offered).not.toContain('secret orders')
  expect((await app.send('GET', PATH, undefined, user)).status).toBe(403)
  const options = await app.send('GET', '/api/admin/assistant-options')
  expect(await options.json()).toMatchObject({
    tools: expect.arrayContaining(['calculate', 'web_search']),
    models: ['va-extractive-1', 'va-extractive-1:invent'],
    max_turns: 8,
  })
})
