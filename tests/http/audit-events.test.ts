/** What gets into the audit log, and what does not. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { AuditChain } from '../../workers/audit/schemas.ts'
import { AUDIT, type Audited, FLAGS, startAudited } from './audit-app.ts'
import { cookieOf } from './identity-harness.ts'

let audited: Audited
beforeAll(async () => void (audited = await startAudited()))
afterEach(async () => {
  vi.restoreAllMocks()
  await audited.flush()
})
afterAll(() => audited?.app.close())

const send: Audited['send'] = (...request) => audited.send(...request)
const entries: Audited['entries'] = (filter) => audited.entries(filter)

test('every change of a flag is there, and no attempt that changed nothing', async () => {
  await send('POST', FLAGS, { name: 'told' })
  await send('POST', FLAGS, { name: 'told' })
  await send('PATCH', `${FLAGS}/told`, { description: 'A secret plan', defaultValue: false })
  await send('POST', `${FLAGS}/told/toggle`, {})
  await send('POST', `${FLAGS}/told/toggle`, { enabled: false })
  await send('DELETE', `${FLAGS}/told`)
  await send('DELETE', `${FLAGS}/told`)
  await send('POST', `${FLAGS}/told/toggle`, {})
  expect(await audited.story('flag:told')).toEqual([
    ['flag.create', 'ok', { enabled: false, defaultValue: true }],
    ['flag.change', 'ok', { description: 'changed', defaultValue: false }],
    ['flag.toggle', 'ok', { enabled: true }],
    ['flag.toggle', 'ok', { enabled: false }],
    ['flag.delete', 'ok', {}],
  ])
  const { items } = await entries({ limit: 200 })
  expect(JSON.stringify(items)).not.toContain('secret plan')
})

test('without its entry a flag is not changed', async () => {
  vi.spyOn(console, 'log').mockReturnValue()
  await send('POST', FLAGS, { name: 'kept' })
  await audited.sql.query(
    `alter table audit_log add constraint damage check (body not like '%flag.change%') not valid`,
  )
  const refused = await send('PATCH', `${FLAGS}/kept`, { defaultValue: false })
  await audited.sql.query('alter table audit_log drop constraint damage')
  expect(refused.status).toBe(500)
  expect(await (await send('GET', `${FLAGS}/kept`)).json()).toMatchObject({ defaultValue: true })
})

test('a document is there from its upload to its end, without a word of it', async () => {
  const form = new FormData()
  form.set('file', new File(['# Tides\n\nHigh water, twice a day.'], 'tides.md'))
  const headers = { authorization: `Bearer ${audited.token}` }
  const added = await audited.app.request('/api/admin/kb/documents', {
    method: 'POST',
    headers,
    body: form,
  })
  const { document } = await added.json<{ document: { id: string } }>()
  // The first retry changes nothing: the run has not begun.
  await send('POST', `/api/admin/kb/documents/${document.id}/retry`)
  await send('POST', `/api/admin/kb/documents/${document.id}/cancel`)
  await send('POST', `/api/admin/kb/documents/${document.id}/retry`)
  await send('DELETE', `/api/admin/kb/documents/${document.id}`)
  await send('DELETE', `/api/admin/kb/documents/${document.id}`)
  const facts = { fileType: 'md', bytes: 33, sha256: expect.any(String) }
  expect(await audited.story(`document:${document.id}`)).toEqual([
    ['doc.create', 'ok', facts],
    ['doc.cancel', 'ok', undefined],
    ['doc.retry', 'ok', undefined],
    ['doc.delete', 'ok', undefined],
  ])
  expect(JSON.stringify(await entries())).not.toMatch(/Tides|tides\.md/)
})

test('signing in, failing to, and signing out', async () => {
  const from = new Date().toISOString()
  const cookie = cookieOf(await audited.app.signIn())
  await audited.app.signIn('not the passphrase')
  await audited.app.post('/api/auth/sign-out', undefined, { cookie })
  await audited.app.post('/api/auth/sign-out', undefined, { cookie })
  const { items } = await entries({ event: 'auth.', from })
  const [failed, out, signedIn] = items.map(({ entry }) => entry)
  expect(items).toHaveLength(3)
  expect(signedIn).toMatchObject({
    event: 'auth.signin.ok',
    actorType: 'user',
    sid: expect.any(String),
  })
  expect(out).toMatchObject({ event: 'auth.signout', sid: signedIn!.sid, actor: signedIn!.actor })
  const user = { type: 'user', id: signedIn!.actor }
  expect(failed).toMatchObject({ event: 'auth.signin.fail', outcome: 'failed', resource: user })
  expect(JSON.stringify(items)).not.toMatch(/passphrase|example\.com/)
})

test('an unknown address is the platform’s matter, and the address is not kept', async () => {
  await audited.app.signIn('whatever it is', 'stranger@example.com')
  await audited.flush()
  const rows = await audited.sql.transaction([
    audited.sql.query(`select set_config('audited.app.tenant_id', '_platform', true)`),
    audited.sql.query(`select body from audit_log where tenant_id = '_platform'`),
  ])
  const [body] = rows[1]!.map((row) => JSON.parse(row['body']))
  expect(body).toMatchObject({ event: 'auth.signin.fail', actorType: 'anonymous' })
  expect(JSON.stringify(body)).not.toContain('stranger')
})

test('the first owner’s setup is the first entry', async () => {
  const chain = AuditChain.parse(await (await send('GET', `${AUDIT}/chain?limit=1`)).json())
  expect(JSON.parse(chain.rows[0]!.body)).toMatchObject({
    event: 'admin.setup',
    tenant: audited.tenant,
  })
  expect(chain).toMatchObject({ tenant: audited.tenant, next: 1 })
})

test('whoever is refused is there, with what was asked and what was missing', async () => {
  const who = { tenant: audited.tenant, role: 'viewer' }
  const { items: before } = await entries({ event: 'authz.' })
  const refused = await audited.sendAs(who, 'POST', FLAGS, { name: 'no' })
  expect(refused.status).toBe(403)
  const { items } = await entries({ event: 'authz.' })
  expect(items).toHaveLength(before.length + 1)
  expect(items[0]!.entry).toMatchObject({
    event: 'authz.denied',
    outcome: 'denied',
    actor: 'ada',
    sid: 'session-1',
    resource: { type: 'route', id: `POST ${FLAGS}` },
    reason: 'It needs the permission flag.write.',
  })
})
