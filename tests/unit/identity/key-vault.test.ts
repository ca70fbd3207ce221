import { expect, test } from 'vitest'
import { seal, unseal } from '../../../workers/identity/issuer/key-vault.ts'

test('a sealed key opens with its own secret and id', async () => {
  const sealed = await seal('secret', 'key-1', 'private')
  expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/)
  expect(await unseal(['secret'], 'key-1', sealed)).toBe('private')
  expect(await seal('secret', 'key-1', 'private')).not.toBe(sealed)
})

test('a key sealed before the secret was changed opens with the earlier one', async () => {
  const sealed = await seal('old', 'key-1', 'private')
  expect(await unseal(['new', 'old'], 'key-1', sealed)).toBe('private')
})

test.each([
  ['another secret', 'other', 'key-1', (text: string) => text],
  ['another key’s id', 'secret', 'key-2', (text: string) => text],
  ['a changed byte', 'secret', 'key-1', (text: string) => text.replace(/\.(.)/, flip)],
  ['an unknown version', 'secret', 'key-1', (text: string) => text.replace('v1', 'v2')],
])('it does not open with %s', async (_name, secret, id, change) => {
  const sealed = await seal('secret', 'key-1', 'private')
  await expect(unseal([secret], id, change(sealed))).rejects.toBeInstanceOf(Error)
})

/** The first character of the IV. */
const flip = (_: string, first: string) => (first === 'A' ? '.B' : '.A')
