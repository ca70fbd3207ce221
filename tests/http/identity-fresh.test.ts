/**
 * Permissions a token alone does not prove: the edge asks the identity Worker for each of them,
 * so what happened to a session a moment ago counts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import type { Caller } from '../../shared/context.ts'
import { confirm } from '../../workers/identity/service.ts'
import { cookieOf, sessionOf, startIdentity } from './identity-harness.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
let caller: Caller
let cookie: string

beforeAll(async () => {
  app = await startIdentity()
  const response = await app.setUp()
  cookie = cookieOf(response)
  const { accessToken, user, tenant } = await sessionOf(response)
  const payload = accessToken.split('.')[1] ?? ''
  const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const permissions = new Set(['tenant.delete'])
  const actor = { type: 'user', userId: user.id, sessionId: sid, permissions } as const
  caller = { tenantId: tenant.id, actor }
})
afterAll(() => app.close())

test('a live session with the role is confirmed', async () => {
  await expect(confirm(app.env, caller, 'tenant.delete')).resolves.toBeUndefined()
})

test('what the role does not grant is refused by name, whatever the token said', async () => {
  await expect(confirm(app.env, caller, 'admin.platform')).rejects.toMatchObject({
    code: 'forbidden',
    message: 'This needs the permission admin.platform.',
  })
})

test('a session is of no use in a tenant its user does not belong to', async () => {
  const elsewhere = { ...caller, tenantId: 'another-tenant' }
  await expect(confirm(app.env, elsewhere, 'tenant.delete')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('a job has no session, and nothing that needs one', async () => {
  const job: Caller = { tenantId: caller.tenantId, actor: { type: 'system', job: 'sweep' } }
  await expect(confirm(app.env, job, 'tenant.delete')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('a role taken away counts at once', async () => {
  const setRole = (role: string) =>
    connect(app.database.owner).query('update auth.members set role = $1', [role])
  await setRole('admin')
  await expect(confirm(app.env, caller, 'tenant.delete')).rejects.toMatchObject({
    code: 'forbidden',
  })
  await setRole('owner')
})

test('while identity is down nothing is confirmed, and the caller is told to try again', async () => {
  app.binding.isDown = true
  await expect(confirm(app.env, caller, 'tenant.delete')).rejects.toMatchObject({
    code: 'dependency_down',
    retryAfterSeconds: 5,
  })
  app.binding.isDown = false
})

test('a session that was signed out is refused at once', async () => {
  await app.post('/api/auth/sign-out', undefined, { cookie })
  await expect(confirm(app.env, caller, 'tenant.delete')).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'The session has ended; sign in again.',
  })
})
