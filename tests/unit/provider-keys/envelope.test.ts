import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createWrappedDek,
  type Dek,
  dekIdOf,
  type Kek,
  kekOf,
  openSecret,
  rewrapDek,
  sealSecret,
  unwrapDek,
} from '../../../workers/provider-keys/envelope.ts'
import { endOf, faultsOf, NAMES, PROVIDERS } from '../../../workers/provider-keys/providers.ts'

const PLACE = { tenantId: 'acme', provider: 'openai', field: 'apiKey', version: 1 }
const DEK_ID = '019a0000-0000-7000-8000-000000000001'

let kek: Kek
let wrapped: string
let dek: Dek
beforeAll(async () => {
  kek = await kekOf('key encryption key of thirty-two characters')
  wrapped = await createWrappedDek(kek)
  dek = { id: DEK_ID, key: await unwrapDek(kek, wrapped) }
})

const seal = (secret: string, place = PLACE) => sealSecret(dek, kek.kid, place, secret)

test('a sealed secret says which keys it needs, and never twice the same', async () => {
  const sealed = await seal('sk-secret')
  expect(sealed).toMatch(new RegExp(`^v1\\.${kek.kid}\\.${DEK_ID}\\.[\\w-]{16}\\.[\\w-]+$`))
  expect(kek.kid).toMatch(/^[\da-f]{8}$/)
  expect(dekIdOf(sealed)).toBe(DEK_ID)
  expect(await seal('sk-secret')).not.toBe(sealed)
  expect(() => dekIdOf('v2.a.b.c.d')).toThrow('do not know')
})

test('whatever is sealed opens in its own place', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(text, text, text, fc.nat(), async (secret, tenantId, field, version) => {
      const place = { tenantId, provider: 'twilio', field, version }
      expect(await openSecret(dek.key, place, await seal(secret, place))).toBe(secret)
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['another tenant', { tenantId: 'globex' }],
  ['another provider', { provider: 'twilio' }],
  ['another field', { field: 'authToken' }],
  ['another version', { version: 2 }],
  ['parts cut elsewhere', { tenantId: 'acme|openai', provider: 'apiKey', field: '' }],
])('it does not open for %s', async (_name, change) => {
  const sealed = await seal('sk-secret')
  await expect(openSecret(dek.key, { ...PLACE, ...change }, sealed)).rejects.toBeInstanceOf(Error)
})

test('no byte of it can be changed', async () => {
  const [version, kid, id, iv = '', data = ''] = (await seal('sk-secret')).split('.')
  const changedAt = (text: string, at: number) =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
  const others = [
    ...Array.from(iv, (_, at) => [changedAt(iv, at), data]),
    // The last character may have bits that belong to no byte.
    ...Array.from(data.slice(0, -1), (_, at) => [iv, changedAt(data, at)]),
  ]
  for (const parts of others) {
    const changed = [version, kid, id, ...parts].join('.')
    await expect(openSecret(dek.key, PLACE, changed)).rejects.toBeInstanceOf(Error)
  }
})

describe('when the KEK is changed', () => {
  test('secrets stay readable, and the old KEK opens nothing any more', async () => {
    const sealed = await seal('sk-secret')
    const next = await kekOf('another key encryption key, just as long')
    expect(next.kid).not.toBe(kek.kid)
    const rewrapped = await rewrapDek(kek, next, wrapped)
    const key = await unwrapDek(next, rewrapped)
    expect(await openSecret(key, PLACE, sealed)).toBe('sk-secret')
    await expect(unwrapDek(kek, rewrapped)).rejects.toBeInstanceOf(Error)
    await expect(unwrapDek(next, wrapped)).rejects.toBeInstanceOf(Error)
  })

  test('the wrapped key has 40 bytes, and the unwrapped one cannot be exported', async () => {
    expect(Buffer.from(wrapped, 'base64url')).toHaveLength(40)
    await expect(crypto.subtle.exportKey('raw', dek.key)).rejects.toBeInstanceOf(Error)
    const changed = (wrapped.startsWith('A') ? 'B' : 'A') + wrapped.slice(1)
    await expect(unwrapDek(kek, changed)).rejects.toBeInstanceOf(Error)
  })
})

test('the end of a secret is shown only when enough stays hidden', () => {
  expect(endOf('sk-0123456789')).toBe('6789')
  expect(endOf('12345678901')).toBe('')
  expect(NAMES.toSorted()).toEqual(Object.keys(PROVIDERS).toSorted())
})

test('fields that are missing or unknown are named, their values are not', () => {
  expect(faultsOf('twilio', { accountSid: 'AC', authToken: 't' })).toEqual([])
  expect(faultsOf('twilio', { accountSid: 'AC', 'a/b': 'hidden' })).toEqual([
    { pointer: '/values/authToken', detail: 'is missing' },
    { pointer: '/values/a~1b', detail: 'is no field of twilio; it has accountSid, authToken' },
  ])
})
