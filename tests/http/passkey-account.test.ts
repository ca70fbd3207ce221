/** Passkeys as a part of an account: changed with fresh proof, never the last way in to go. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { setPlatform } from '../../operations/database/platform.ts'
import { callContext } from '../../workers/identity-worker/context.ts'
import { sweepOrphans } from '../../workers/identity/issuer/sweep.ts'
import type { Passkey } from '../../workers/identity/passkey-schemas.ts'
import { createAuthenticator } from './authenticator.ts'
import { OWNER, problemOf, sessionOf, statusesOf } from './identity-harness.ts'
import { OPTIONS, PATH, startPasskeys } from './passkey-harness.ts'

type App = Awaited<ReturnType<typeof startPasskeys>>

let app: App
beforeAll(async () => {
  app = await startPasskeys()
})
afterEach(() => app.settle())
afterAll(() => app.close())

test('a while after signing in, adding and removing need the password', async () => {
  const made = await app.add(createAuthenticator())
  await app.sql.query(`update auth.sessions set created_at = now() - interval '11 minutes'`)
  const stale = await app.send('POST', OPTIONS, {}, app.token)
  expect(await problemOf(stale)).toMatchObject({
    status: 403,
    detail: expect.stringContaining('sign in again'),
  })
  const wrong = { password: 'not the password' }
  expect((await app.send('POST', OPTIONS, wrong, app.token)).status).toBe(403)
  expect((await app.send('POST', `${PATH}/${made.id}/remove`, {}, app.token)).status).toBe(403)
  await app.creation(app.token, { password: OWNER.password })
  const proof = { password: OWNER.password }
  expect((await app.send('POST', `${PATH}/${made.id}/remove`, proof, app.token)).status).toBe(204)
  expect((await app.listed()).map(({ id }) => id)).not.toContain(made.id)
  expect((await app.events()).at(-1)).toBe('auth.passkey.remove')
  await app.sql.query('update auth.sessions set created_at = now()')
})

test('passkeys are renamed and removed by their owner alone', async () => {
  const authenticator = createAuthenticator()
  const { id } = await app.add(authenticator)
  const stranger = await app.person('stranger', 'user')
  await app.add(createAuthenticator(), 'Own', stranger.token)
  const path = `${PATH}/${id}`
  expect((await app.send('PATCH', path, { name: 'Mine' }, stranger.token)).status).toBe(404)
  expect((await app.send('POST', `${path}/remove`, {}, stranger.token)).status).toBe(404)
  expect((await app.send('PATCH', path, { name: '' }, app.token)).status).toBe(422)
  const renamed = await app.send('PATCH', path, { name: 'Phone' }, app.token)
  expect(await renamed.json()).toMatchObject({ id, name: 'Phone' })
  expect((await app.send('POST', `${path}/remove`, {}, app.token)).status).toBe(204)
  expect((await app.send('POST', `${path}/remove`, {}, app.token)).status).toBe(404)
  expect((await app.signInWith(authenticator)).status).toBe(401)
})

test('the last way to sign in stays, also when all are removed at once', async () => {
  const person = await app.person('keyholder', 'user')
  const keys = [createAuthenticator(), createAuthenticator(), createAuthenticator()]
  const made: Passkey[] = []
  for (const key of keys) made.push(await app.add(key, 'Key', person.token))
  const removed = await Promise.all(
    made.map(({ id }) => app.send('POST', `${PATH}/${id}/remove`, {}, person.token)),
  )
  expect(statusesOf(removed)).toEqual([204, 204, 409])
  expect(await app.listed(person.token)).toHaveLength(1)
})

test('an account with nothing but a passkey stays, and its export and end have the passkey', async () => {
  const person = await app.person('passkeyed', 'user')
  const authenticator = createAuthenticator()
  await app.add(authenticator, 'Only', person.token)
  const loner = await app.person('loner', null)
  await app.sql.transaction([
    app.sql.query(
      `insert into auth.passkeys (id, user_id, credential_id, public_key, counter, transports, name, is_synced, created_at)
       values ('lone', $1, 'lone', 'k', 0, '{}', 'Lone', true, now())`,
      [loner.id],
    ),
    app.sql.query(`update auth.users set created_at = now() - interval '1 day'`),
  ])
  const ctx = callContext(app.settings, () => {})
  await sweepOrphans(ctx)
  const left = await app.sql.query('select id from auth.users where id = any($1)', [
    [person.id, loner.id],
  ])
  expect(left).toHaveLength(2)

  const exported = await app.send('GET', '/api/users/me/export', undefined, person.token)
  expect(await exported.json()).toMatchObject({
    passkeys: [{ name: 'Only', lastUsedAt: null }],
  })
  const ending = { email: person.email }
  const ended = await app.send('POST', '/api/users/me/deletion', ending, person.token)
  expect(ended.status).toBe(204)
  const rows = await app.sql.query('select id from auth.passkeys where user_id = $1', [person.id])
  expect(rows).toEqual([])
  expect((await app.signInWith(authenticator)).status).toBe(401)
})

test('who has a passkey may run the platform, in sessions opened with it', async () => {
  const person = await app.person('operator', 'user')
  await expect(setPlatform(app.sql, person.email, true)).rejects.toThrow('no second factor')
  const authenticator = createAuthenticator()
  await app.add(authenticator, 'Key', person.token)
  await setPlatform(app.sql, person.email, true)
  expect((await app.send('GET', '/api/admin/tenants', undefined, person.token)).status).toBe(403)
  const session = await sessionOf(await app.signInWith(authenticator))
  const seen = await app.send('GET', '/api/admin/tenants', undefined, session.accessToken)
  expect(seen.status).toBe(200)
})

test('an account has at most twenty', async () => {
  const person = await app.person('collector', 'user')
  await app.sql.query(
    `insert into auth.passkeys (id, user_id, credential_id, public_key, counter, transports, name, is_synced, created_at)
     select 'c' || n, $1, 'c' || n, 'k', 0, '{}', 'Key', true, now() from generate_series(1, 20) n`,
    [person.id],
  )
  const answer = await app.send('POST', OPTIONS, {}, person.token)
  expect(await problemOf(answer)).toMatchObject({ status: 409 })
})
