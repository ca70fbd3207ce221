/**
 * No tenant ever meets another's row: the edge refuses a role that could, and every route with an
 * id in it is asked for another tenant's.
 */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../../workers/app.ts'
import type { Submitted } from '../../workers/knowledge/schemas.ts'
import { DOCUMENTS, drain } from './knowledge-harness.ts'
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
  ids = await fill(member.id)
})
afterEach(() => app.settle())
afterAll(() => app.close())

const asOwner = (method: string, path: string, body?: unknown) =>
  app.send(method, path, body, app.owner.accessToken)

async function fill(memberId: string): Promise<Record<string, string>> {
  const flag = 'xanthophyll'
  await asOwner('POST', '/api/admin/feature-flags', { name: flag, description: SECRET })
  const body = { type: 'list', values: [SECRET] }
  await asOwner('PUT', `/api/admin/flag-segments/${flag}`, { body })
  const override = { unitId: 'u1', value: true, reason: SECRET }
  await asOwner('POST', `/api/admin/feature-flags/${flag}/overrides`, override)
  const { document: version } = await (
    await asOwner('GET', `/api/admin/feature-flags/${flag}/history/1`)
  ).json<{ document: object }>()
  const proposed = { document: version, comment: SECRET }
  const drafted = await asOwner('POST', `/api/admin/feature-flags/${flag}/drafts`, proposed)
  const { id: draft } = await drafted.json<{ id: string }>()
  await asOwner('POST', '/api/admin/roles', { name: flag, description: SECRET, permissions: [] })
  const email = `${SECRET}@example.com`
  const invited = await asOwner('POST', '/api/admin/invitations', { email, role: 'user' })
  const { id: invitation } = await invited.json<{ id: string }>()
  const { document, job } = await upload()
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
  const trace = newTrace()
  await keepSpans(app.sql, [{ tenant: app.tenantId, name: SECRET, trace }])
  const [member, documentId, jobId] = [memberId, document.id, job.id]
  return {
    flag,
    draft,
    role: flag,
    invitation,
    member,
    document: documentId,
    job: jobId,
    apiKey,
    oauthClient,
    provider,
    team,
    conversation,
    answer,
    trace,
  }
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

/** Which of the first tenant's things stands in a route's place, and a body that would change it. */
const ROUTES: Record<string, { is: string; body?: object; missing?: number }> = {
  'DELETE /api/admin/feature-flags/{name}': { is: 'flag' },
  'GET /api/admin/feature-flags/{name}': { is: 'flag' },
  'PATCH /api/admin/feature-flags/{name}': { is: 'flag', body: { enabled: true } },
  'POST /api/admin/feature-flags/{name}/toggle': { is: 'flag', body: {} },
  'GET /api/admin/feature-flags/{name}/history': { is: 'flag' },
  'GET /api/admin/feature-flags/{name}/history/{version}': { is: 'flag' },
  'GET /api/admin/feature-flags/{name}/history/{version}/diff': { is: 'flag' },
  'POST /api/admin/feature-flags/{name}/restore': { is: 'flag', body: { version: 1 } },
  'GET /api/admin/feature-flags/{name}/drafts': { is: 'flag' },
  'GET /api/admin/feature-flags/{name}/drafts/{id}': { is: 'draft' },
  'DELETE /api/admin/feature-flags/{name}/drafts/{id}': { is: 'draft' },
  'POST /api/admin/feature-flags/{name}/drafts/{id}/approve': { is: 'draft' },
  'POST /api/admin/feature-flags/{name}/drafts/{id}/publish': { is: 'draft', body: {} },
  'GET /api/admin/feature-flags/{name}/overrides': { is: 'flag' },
  'POST /api/admin/feature-flags/{name}/overrides': {
    is: 'flag',
    body: { unitId: 'u1', value: true, reason: 'mine' },
  },
  'DELETE /api/admin/feature-flags/{name}/overrides/{unit}': { is: 'flag' },
  'DELETE /api/admin/flag-segments/{segment}': { is: 'flag' },
  'POST /ofrep/v1/evaluate/flags/{key}': { is: 'flag', body: { context: {} } },
  'DELETE /api/admin/kb/documents/{id}': { is: 'document' },
  'GET /api/admin/kb/documents/{id}': { is: 'document' },
  'GET /api/admin/kb/documents/{id}/text': { is: 'document' },
  'POST /api/admin/kb/documents/{id}/retry': { is: 'document' },
  'GET /api/admin/kb/jobs/{id}': { is: 'job' },
  'GET /api/admin/kb/jobs/{id}/events': { is: 'job' },
  'DELETE /api/admin/users/{id}': { is: 'member' },
  'GET /api/admin/users/{id}': { is: 'member' },
  'PATCH /api/admin/users/{id}': { is: 'member', body: { role: 'user' } },
  'DELETE /api/admin/invitations/{id}': { is: 'invitation' },
  'POST /api/admin/invitations/{id}/resend': { is: 'invitation' },
  'DELETE /api/admin/api-keys/{id}': { is: 'apiKey' },
  'POST /api/admin/api-keys/{id}/rotate': { is: 'apiKey', body: {} },
  'DELETE /api/admin/oauth-clients/{id}': { is: 'oauthClient' },
  'POST /api/admin/oauth-clients/{id}/rotate': { is: 'oauthClient', body: {} },
  'GET /api/admin/provider-keys/{provider}': { is: 'provider' },
  'DELETE /api/admin/provider-keys/{provider}': { is: 'provider' },
  'DELETE /api/admin/roles/{name}': { is: 'role' },
  'PATCH /api/admin/roles/{name}': { is: 'role', body: { description: 'mine' } },
  'GET /api/assistant/messages/{id}/events': { is: 'answer' },
  'GET /api/conversations/{id}': { is: 'conversation' },
  'PATCH /api/conversations/{id}': { is: 'conversation', body: { title: 'mine' } },
  'DELETE /api/conversations/{id}': { is: 'conversation' },
  'GET /api/conversations/{id}/messages': { is: 'conversation' },
  'GET /api/conversations/{id}/export': { is: 'conversation' },
  'GET /api/admin/ops/traces/{traceId}': { is: 'trace' },
  'GET /api/admin/teams/{id}': { is: 'team' },
  'PATCH /api/admin/teams/{id}': { is: 'team', body: { name: 'mine' } },
  'DELETE /api/admin/teams/{id}': { is: 'team' },
  'GET /api/admin/teams/{id}/members': { is: 'team' },
  'PUT /api/admin/teams/{id}/members/{userId}': { is: 'team' },
  'DELETE /api/admin/teams/{id}/members/{userId}': { is: 'team' },
}

/** Not about a tenant's things, or making the caller's own. */
const ELSEWHERE: Record<string, string> = {
  'PUT /api/admin/provider-keys/{provider}': 'writes the caller’s own; tests/http/provider-keys',
  'POST /api/admin/feature-flags/{name}/drafts': 'writes the caller’s own; tests/http/flag-drafts',
  'PUT /api/admin/flag-environments/{environment}':
    'writes the caller’s own; tests/http/flag-model',
  'PUT /api/admin/flag-segments/{segment}': 'writes the caller’s own; tests/http/flag-model',
  'GET /api/admin/tenants/{id}': 'for those who run the platform, of all tenants',
  'GET /api/admin/platform/traces/{traceId}':
    'for those who run the platform; tests/http/trace-api',
  'POST /api/auth/sign-in/provider/{provider}': 'before there is a tenant; tests/http/federation',
  'GET /api/auth/callback/{provider}': 'before there is a tenant; tests/http/federation',
  'POST /api/auth/linked-accounts/{provider}': 'a user’s own; tests/http/linked-accounts',
  'POST /api/auth/linked-accounts/{provider}/remove': 'a user’s own; tests/http/linked-accounts',
  'PATCH /api/auth/passkeys/{id}': 'a user’s own, in no tenant; tests/http/passkeys',
  'POST /api/auth/passkeys/{id}/remove': 'a user’s own, in no tenant; tests/http/passkeys',
  'GET /api/admin/tenants/{id}/plan': 'for those who run the platform; tests/http/tenant-plans',
  'PUT /api/admin/tenants/{id}/plan': 'for those who run the platform; tests/http/tenant-plans',
  'POST /api/admin/accounts/{id}/ban': 'for those who run the platform; tests/http/bans',
  'DELETE /api/admin/accounts/{id}/ban': 'for those who run the platform; tests/http/bans',
  'DELETE /api/auth/oauth/consents/{id}': 'a user’s own, in no tenant; tests/http/oauth-tokens',
  'GET /api/features/{clientKey}': 'the key is the tenant’s own; tests/conformance/growthbook-sdk',
  'GET /sub/{clientKey}': 'the key is the tenant’s own; tests/conformance/growthbook-sdk',
  'DELETE /api/auth/sessions/{id}': 'a user’s own, in no tenant; tests/http/identity-sessions',
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

/** A path within something of a tenant's ends in a member of the same tenant. */
const addressOf = (template: string, id: string) =>
  template
    .replace('{userId}', ids['member']!)
    .replace('{version}', '1')
    .replace('{unit}', 'u1')
    .replace('{name}/drafts/{id}', `${ids['flag']}/drafts/${id}`)
    .replace(/\{\w+\}/, id)

/** Well formed, and nobody's. */
function nameless(is: string): string {
  if (is === 'flag' || is === 'role') return 'nothing'
  if (is === 'provider') return 'twilio'
  if (is === 'trace') return '0'.repeat(31) + '1'
  return is === 'apiKey' ? 'A'.repeat(17) : crypto.randomUUID()
}

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
  const reads = Object.entries(ROUTES).filter(
    ([route]) => route.startsWith('GET') && !route.endsWith('/events'),
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
