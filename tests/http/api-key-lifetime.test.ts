/** How long API keys live: revoked, rotated, expired, remembered while identity is down. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { formatKey, makeSecret } from '../../workers/identity/api-key.ts'
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

test('a key nobody has is asked about once in ten seconds, and works ten seconds after it became one', async () => {
  const { key, id } = await keys.make({ kind: 'client', scopes: undefined })
  const evaluate = async () =>
    (await keys.app.request(`/api/features/${key}`, { method: 'GET' })).status
  const store = (hash: string) =>
    keys.sql('update auth.api_keys set secret_hash = $1 where id = $2', [hash, id])
  const [row] = await keys.sql('select secret_hash as hash from auth.api_keys where id = $1', [id])
  await store('x'.repeat(43))
  advance(0)
  const before = keys.app.binding.exchanges
  for (let n = 0; n < 50; n++) expect(await evaluate()).toBe(401)
  expect(keys.app.binding.exchanges - before).toBe(1)
  await store(String(row?.['hash']))
  expect(await evaluate()).toBe(401)
  advance(10_000)
  expect(await evaluate()).toBe(200)
})

test('a flood of different wrong keys displaces no key that is known', async () => {
  const { key } = await keys.make()
  expect(await keys.use(key)).toBe(200)
  const { binding } = keys.app
  const { exchangeKey } = binding
  let asked = 0
  binding.exchangeKey = async () => {
    asked++
    return null
  }
  for (let n = 0; n < 1100; n++) {
    const secret = makeSecret(crypto.getRandomValues(new Uint8Array(32)))
    const wrong = formatKey({ kind: 'client', keyId: '0'.repeat(17), secret })
    const headers = new Headers({ authorization: `Bearer ${wrong}` })
    await expect(authenticate(keys.app.env, headers)).rejects.toMatchObject({
      code: 'unauthenticated',
    })
  }
  expect(asked).toBe(1100)
  expect(await keys.use(key)).toBe(200)
  expect(asked).toBe(1100)
  binding.exchangeKey = exchangeKey
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
