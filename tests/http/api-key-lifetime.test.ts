/** How long API keys live: revoked, rotated, expired, remembered while identity is down. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { authenticate, confirm } from '../../workers/identity/service.ts'
import { advance, HOUR, PATH, startKeys } from './api-key-harness.ts'

let keys: Awaited<ReturnType<typeof startKeys>>
beforeAll(async () => {
  keys = await startKeys()
})
afterEach(async () => {
  vi.useRealTimers()
  await keys.app.settle()
})
afterAll(() => keys.app.close())

test('a revoked key is refused a minute later everywhere, and at once where it is looked at afresh', async () => {
  const { key, id } = await keys.make({ scopes: ['flag.read', 'phi.read'], allowSensitive: true })
  advance(0)
  expect(await keys.use(key)).toBe(200)
  const headers = new Headers({ authorization: `Bearer ${key}` })
  const caller = await authenticate(keys.app.env, headers)
  await expect(confirm(keys.app.env, caller, 'phi.read')).resolves.toBeUndefined()
  await expect(confirm(keys.app.env, caller, 'kb.read')).rejects.toMatchObject({
    code: 'forbidden',
  })
  expect((await keys.call('DELETE', `${PATH}/${id}`)).status).toBe(204)
  expect((await keys.call('DELETE', `${PATH}/${id}`)).status).toBe(204)

  await expect(confirm(keys.app.env, caller, 'phi.read')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
  advance(59_000)
  expect(await keys.use(key)).toBe(200)
  advance(1500)
  expect(await keys.use(key)).toBe(401)
})

test('after a rotation both secrets work, then the new one alone', async () => {
  const first = await keys.make()
  const second = await keys.rotate(first.id, { overlapHours: 2, expiresInDays: 10 })
  expect(second.id).toBe(first.id)
  expect([await keys.use(first.key), await keys.use(second.key)]).toEqual([200, 200])
  advance(2 * HOUR + 61_000)
  expect([await keys.use(first.key), await keys.use(second.key)]).toEqual([401, 200])
})

test('an overlap is kept: the next rotation waits, or ends all secrets at once', async () => {
  const first = await keys.make()
  const [a, b] = await Promise.all(
    [1, 2].map(() => keys.call('POST', `${PATH}/${first.id}/rotate`, {})),
  )
  expect(new Set([a?.status, b?.status])).toEqual(new Set([200, 409]))
  const last = await keys.rotate(first.id, { overlapHours: 0 })
  expect(last.previousExpiresAt).toBeNull()
  const winner: ApiKeySecret = await (a?.status === 200 ? a : b)!.json()
  expect([await keys.use(first.key), await keys.use(winner.key), await keys.use(last.key)]).toEqual(
    [401, 401, 200],
  )
})

test('a revoked key cannot be rotated, an unknown one is not there', async () => {
  const { id } = await keys.make()
  await keys.call('DELETE', `${PATH}/${id}`)
  expect((await keys.call('POST', `${PATH}/${id}/rotate`, {})).status).toBe(409)
  expect((await keys.call('POST', `${PATH}/nobody/rotate`, {})).status).toBe(404)
  expect((await keys.call('DELETE', `${PATH}/nobody`)).status).toBe(404)
})

test('an expired key is refused to the second, also by those who remember it', async () => {
  const { key, id } = await keys.make()
  await keys.sql(
    `update auth.api_keys set expires_at = now() + interval '30 seconds' where id = $1`,
    [id],
  )
  expect(await keys.use(key)).toBe(200)
  advance(31_000)
  expect(await keys.use(key)).toBe(401)
})

test('the last use is written, at most once a minute', async () => {
  const { key, id } = await keys.make()
  const lastUse = async () =>
    (await keys.sql('select last_used_at::text as at from auth.api_keys where id = $1', [id]))[0]?.[
      'at'
    ]
  expect(await lastUse()).toBeNull()
  await keys.use(key)
  await keys.app.settle()
  const first = await lastUse()
  expect(first).not.toBeNull()
  await keys.app.binding.exchangeKey(key)
  await keys.app.settle()
  expect(await lastUse()).toBe(first)
  advance(61_000)
  await keys.app.binding.exchangeKey(key)
  await keys.app.settle()
  expect(await lastUse()).not.toBe(first)
})

test('while identity is down known keys work and unknown ones are told to come back', async () => {
  const [known, other] = [await keys.make(), await keys.make()]
  expect(await keys.use(known.key)).toBe(200)
  keys.app.binding.isDown = true
  advance(70_000)
  expect([await keys.use(known.key), await keys.use(known.key)]).toEqual([200, 200])
  const refused = await keys.call('GET', '/api/admin/feature-flags', undefined, other.key)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  advance(301_000)
  expect(await keys.use(known.key)).toBe(503)
  keys.app.binding.isDown = false
  expect(await keys.use(other.key)).toBe(200)
})
