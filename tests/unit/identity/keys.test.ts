import { expect, test } from 'vitest'
import { authenticate } from '../../../workers/identity/service.ts'
import { createEnv, createSigner, NOW } from './signer.ts'

const [old, next] = [await createSigner('old'), await createSigner('next')]
const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` })
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)

test('twenty first requests ask for the keys once', async () => {
  const { env, state } = createEnv(old.jwk)
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, n) => old.sign({ claims: { jti: `token-${n}` } })),
  )
  await Promise.all(tokens.map((token) => authenticate(env, bearer(token), NOW)))
  expect(state.calls).toBe(1)
})

test('a key published later is found as soon as a token names it', async () => {
  const { env, state } = createEnv(old.jwk)
  await authenticate(env, bearer(await old.sign()), NOW)
  state.keys = [next.jwk, old.jwk]
  const token = await next.sign()
  expect(await authenticate(env, bearer(token), after(11))).toMatchObject({ tenantId: 'acme' })
})

test('a withdrawn key is forgotten within five minutes', async () => {
  const { env, state } = createEnv(old.jwk)
  await authenticate(env, bearer(await old.sign()), NOW)
  state.keys = [next.jwk]
  const other = await old.sign({ claims: { jti: 'other' }, expires: 600 })
  await expect(authenticate(env, bearer(other), after(301))).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('the first key is found at once, also right after a token was refused', async () => {
  const { env, state } = createEnv()
  const headers = bearer(await old.sign())
  await expect(authenticate(env, headers, NOW)).rejects.toMatchObject({ code: 'unauthenticated' })
  state.keys = [old.jwk]
  expect(await authenticate(env, headers, NOW)).toMatchObject({ tenantId: 'acme' })
})

test('tokens that name unknown keys do not become calls', async () => {
  const { env, state } = createEnv(old.jwk)
  await authenticate(env, bearer(await old.sign()), NOW)
  for (let n = 0; n < 50; n++) {
    const token = await next.sign({ header: { kid: `unknown-${n}` } })
    const refused = authenticate(env, bearer(token), after(n / 10))
    await expect(refused).rejects.toMatchObject({ code: 'unauthenticated' })
  }
  expect(state.calls).toBe(1)
})

test('while identity is down, tokens of known keys go on working', async () => {
  const { env, state } = createEnv(old.jwk)
  await authenticate(env, bearer(await old.sign()), NOW)
  state.isDown = true
  const later = await old.sign({ claims: { jti: 'later' }, expires: 3600 })
  expect(await authenticate(env, bearer(later), after(900))).toMatchObject({ tenantId: 'acme' })
})

test('without any key, a token is not refused but put off', async () => {
  const { env, state } = createEnv(old.jwk)
  state.isDown = true
  const headers = bearer(await old.sign())
  const problem = { code: 'dependency_down', retryAfterSeconds: 5 }
  await expect(authenticate(env, headers, NOW)).rejects.toMatchObject(problem)
  state.isDown = false
  expect(await authenticate(env, headers, after(1))).toMatchObject({ tenantId: 'acme' })
})

test('an identity Worker that hangs holds nobody longer than two seconds', async () => {
  const jwks = () => new Promise<never>(() => {})
  const { env } = createEnv(old.jwk)
  const hanging = { ...env, IDENTITY: { ...env.IDENTITY, jwks } }
  const headers = bearer(await old.sign())
  await expect(authenticate(hanging, headers, NOW)).rejects.toMatchObject({
    code: 'dependency_down',
  })
})
