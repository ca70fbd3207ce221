/**
 * No tenant ever meets another's row: the edge refuses a role that could, and every route with an
 * id in it is asked for another tenant's.
 */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../../workers/app.ts'
import type { Submitted } from '../../workers/knowledge/schemas.ts'
import { folderOf, manifestKey, manifestOf } from '../../workers/voice/recording-file.ts'
import { addressWith, ELSEWHERE, nameless, ROUTES } from './isolation-routes.ts'
import { DOCUMENTS, drain, insertLetter } from './knowledge-harness.ts'
import { startTenants, type TestTenants } from './tenant-harness.ts'
import { keepSpans, newTrace } from './trace-harness.ts'

let app: TestTenants
let ids: Record<string, string>
let intruder: string

/** What a leak would carry: everything of the first tenant says this word. */
const SECRET = 'Xanthophyll'

beforeAll(async () => {
  app = await startTenants()
  const member = await app.person(SECRET, 'viewer')
  const { token } = (await app.tenant('globex')).owner
  intruder = token
  Object.assign(app.env, { MCP_HOSTS: 'mcp.example.com' })
  ids = await fill(member.id)
})
afterEach(() => app.settle())
afterAll(() => app.close())

const asOwner = (method: string, path: string, body?: unknown) =>
  app.send(method, path, body, app.owner.accessToken)

async function fill(memberId: string): Promise<Record<string, string>> {
  const flag = 'xanthophyll'
  const arms = ['warm', 'cold'].map((variant) => ({ variant, weight: 50 }))
  const experiment = {
    type: 'experiment',
    id: SECRET,
    key: flag,
    status: 'running',
    variations: arms,
  }
  await asOwner('POST', '/api/admin/feature-flags', {
    name: flag,
    description: SECRET,
    variants: { warm: true, cold: false },
    environments: { production: { rules: [experiment] } },
  })
  const body = { type: 'list', values: [SECRET] }
  await asOwner('PUT', `/api/admin/flag-segments/${flag}`, { body })
  const override = { unitId: 'u1', value: true, reason: SECRET }
  await asOwner('POST', `/api/admin/feature-flags/${flag}/overrides`, override)
  const { document: version } = await (
    await asOwner('GET', `/api/admin/feature-flags/${flag}/history/1`)
  ).json<{ document: object }>()
  const proposed = { document: version, comment: SECRET }
  const window = { type: 'window', until: '2030-01-01T00:00:00Z', comment: SECRET }
  const scheduled = await asOwner('POST', `/api/admin/feature-flags/${flag}/schedules`, window)
  const { id: schedule } = await scheduled.json<{ id: string }>()
  const change = { type: 'segment', name: flag, body }
  const proposal = await asOwner('POST', '/api/admin/flag-proposals', { change, comment: SECRET })
  const { id: proposalId } = await proposal.json<{ id: string }>()
  const drafted = await asOwner('POST', `/api/admin/feature-flags/${flag}/drafts`, proposed)
  const { id: draft } = await drafted.json<{ id: string }>()
  await asOwner('POST', '/api/admin/roles', { name: flag, description: SECRET, permissions: [] })
  const email = `${SECRET}@example.com`
  const invited = await asOwner('POST', '/api/admin/invitations', { email, role: 'user' })
  const { id: invitation } = await invited.json<{ id: string }>()
  const { document, job } = await upload()
  const based = await asOwner('POST', '/api/admin/kb/bases', { name: SECRET })
  const { id: base } = await based.json<{ id: string }>()
  const made = await asOwner('POST', '/api/admin/api-keys', { name: SECRET, scopes: ['kb.read'] })
  const { id: apiKey } = await made.json<{ id: string }>()
  const client = { name: SECRET, type: 'confidential', grantTypes: ['client_credentials'] }
  const registered = await asOwner('POST', '/api/admin/oauth-clients', {
    ...client,
    scopes: ['kb.read'],
  })
  const { id: oauthClient } = await registered.json<{ id: string }>()
  await asOwner('PUT', '/api/admin/provider-keys/openai', { values: { apiKey: `sk-${SECRET}` } })
  const grouped = await asOwner('POST', '/api/admin/teams', { name: SECRET })
  const { id: team } = await grouped.json<{ id: string }>()
  await asOwner('PUT', `/api/admin/teams/${team}/members/${memberId}`)
  const provider = 'openai'
  const said = await asOwner('POST', '/api/assistant/messages', { message: SECRET })
  const { session_id: conversation, message_id: answer } = await said.json<{
    session_id: string
    message_id: string
  }>()
  const helper = { slug: 'helper', content: { name: SECRET } }
  const assisting = await asOwner('POST', '/api/admin/assistants', helper)
  const { id: assistant } = await assisting.json<{ id: string }>()
  const asked = await asOwner('POST', '/api/ask', { question: `What is ${SECRET}?` })
  const { answerId } = await asked.json<{ answerId: string }>()
  const trace = newTrace()
  await keepSpans(app.sql, [{ tenant: app.tenantId, name: SECRET, trace }])
  const [member, documentId, jobId] = [memberId, document.id, job.id]
  const begun = await beginUpload()
  const { evalSet, evalCase, evalRun } = await evaluate()
  const letter = await insertLetter(app.sql, app.tenantId, documentId)
  return {
    flag,
    draft,
    schedule,
    proposal: proposalId,
    role: flag,
    invitation,
    member,
    base,
    document: documentId,
    letter,
    evalSet,
    evalCase,
    evalRun,
    upload: begun,
    job: jobId,
    apiKey,
    oauthClient,
    provider,
    team,
    assistant,
    conversation,
    answer,
    reservation: await insertReservation(memberId),
    mcpServer: await registerServer(),
    asked: answerId,
    trace,
    voiceSession: await recordSession(),
  }
}

/** A recorded voice session that has ended. */
async function recordSession(): Promise<string> {
  const id = crypto.randomUUID()
  await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [app.tenantId]),
    app.sql.query(
      `insert into voice_sessions values ($1, $2, null, 'k', $3, now(), now(), $3, 1, now() + '1 day')`,
      [app.tenantId, id, SECRET],
    ),
  ])
  const given = { sessionId: id, startedAt: 0, durationMs: 1, stored: [], lost: [] }
  const key = manifestKey(folderOf(app.tenantId, id))
  await app.env.FILES.put(key, JSON.stringify(manifestOf(given)))
  return id
}

/** A set with one case, and a run over it. */
async function evaluate() {
  const sets = '/api/admin/kb/evals/sets'
  const make = async (path: string, body: object) =>
    (await (await asOwner('POST', path, body)).json<{ id: string }>()).id
  const evalSet = await make(sets, { name: SECRET })
  const evalCase = await make(`${sets}/${evalSet}/cases`, { question: `What is ${SECRET}?` })
  const evalRun = await make(`${sets}/${evalSet}/runs`, { label: SECRET })
  return { evalSet, evalCase, evalRun }
}

async function registerServer(): Promise<string> {
  const body = { name: 'crm', url: `https://mcp.example.com/${SECRET}` }
  const made = await asOwner('POST', '/api/admin/mcp-servers', body)
  return (await made.json<{ id: string }>()).id
}

async function insertReservation(userId: string): Promise<string> {
  const [, rows] = await app.sql.transaction([
    app.sql.query(`select set_config('app.tenant_id', $1, true)`, [app.tenantId]),
    app.sql.query(
      `insert into reservations select $1, gen_random_uuid(), 'CODE', $2, null, 's', 'm', 'confirmed',
         2, now(), 'UTC', $3, null, $3, 'k', now(), now() returning id`,
      [app.tenantId, userId, SECRET],
    ),
  ])
  return (rows as { id: string }[])[0]!.id
}

async function beginUpload(): Promise<string> {
  const body = { fileName: `${SECRET}.pdf`, bytes: 9_000_000 }
  return (await (await asOwner('POST', '/api/admin/kb/uploads', body)).json<{ id: string }>()).id
}

async function upload(): Promise<Submitted> {
  const form = new FormData()
  form.set('file', new File([`# ${SECRET}\n\nA pigment.`], `${SECRET}.md`))
  const { body, headers } = new Request('http://edge.test', { method: 'POST', body: form })
  const authorization = `Bearer ${app.owner.accessToken}`
  const contentType = headers.get('content-type') ?? ''
  const init = { method: 'POST', headers: { authorization, 'content-type': contentType }, body }
  const answer = await app.request(DOCUMENTS, { ...init, duplex: 'half' } as RequestInit)
  const submitted = await answer.json<Submitted>()
  await drain(app)
  return submitted
}

test('every route with an id in it is among those asked here', () => {
  const { paths } = createApp().getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  const withId = Object.entries(paths ?? {})
    .filter(([path]) => path.includes('{'))
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
  expect(withId.toSorted()).toEqual([...Object.keys(ROUTES), ...Object.keys(ELSEWHERE)].toSorted())
})

const addressOf = (template: string, id: string) => addressWith(ids)(template, id)

test.each(Object.entries(ROUTES))(
  '%s finds nothing of another tenant',
  async (route, { is, body }) => {
    const [method = '', template = ''] = route.split(' ')
    const path = addressOf(template, ids[is]!)
    const answer = await app.send(method, path, body, intruder)
    const text = await answer.text()
    expect([route, answer.status]).toEqual([route, 404])
    expect(text).not.toContain(SECRET)
    const unknown = addressOf(template, nameless(is))
    const nothing = await (await app.send(method, unknown, body, intruder)).json<object>()
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(nothing))
  },
)

test('lists, answers and exports of another tenant hold nothing of it either', async () => {
  const document = createApp().getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  const lists = Object.entries(document.paths ?? {})
    .filter(([path, item]) => 'get' in item && !path.includes('{'))
    .filter(([path]) => !path.startsWith('/openapi'))
  for (const [path] of lists) {
    const answer = await app.send('GET', path, undefined, intruder)
    expect([path, (await answer.text()).includes(SECRET)]).toEqual([path, false])
  }
  const asked = await app.send('POST', '/api/ask', { question: `What is ${SECRET}?` }, intruder)
  const { citations } = await asked.json<{ citations?: object[] }>()
  expect(citations ?? []).toEqual([])
})

test('the owner finds all of it there afterwards, as it was', async () => {
  // The tools of an MCP server are asked of the server, which is not there.
  const reads = Object.entries(ROUTES).filter(
    ([route]) => route.startsWith('GET') && !/\/(events|tools)$/.test(route),
  )
  for (const [route, { is }] of reads) {
    const path = addressOf(route.split(' ')[1]!, ids[is]!)
    const answer = await asOwner('GET', path)
    expect([route, answer.status]).toEqual([route, 200])
  }
  const flag = await (await asOwner('GET', `/api/admin/feature-flags/${ids['flag']}`)).json()
  expect(flag).toMatchObject({ enabled: false, description: SECRET })
  expect(await app.roster()).toMatchObject({ [ids['member']!]: 'viewer' })
})

test('the edge refuses to serve as a role that row-level security does not bind', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const env = { ...app.env, DATABASE_URL: app.database.url('voiceassist') }
  const headers = { authorization: `Bearer ${app.owner.accessToken}` }
  const ask = (path: string, to: object) =>
    Promise.resolve(app.app.request(path, { headers }, to, app.execution))

  const refused = await ask('/api/admin/feature-flags', env)
  expect(refused.status).toBe(500)
  const text = await refused.text()
  expect(text).toContain('misconfigured')
  expect(text).toContain('app_user')
  expect((await ask('/ready', env)).status).toBe(503)
  // Once refused, always refused: nothing remembers a role that failed.
  expect((await ask('/api/admin/feature-flags', env)).status).toBe(500)
  expect((await ask('/api/admin/feature-flags', app.env)).status).toBe(200)
  log.mockRestore()
})
