import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { authenticate } from '../../../workers/identity/service.ts'
import { createEnv, createSigner, ISSUER, NOW } from './signer.ts'

const signer = await createSigner('key-1')
const stranger = await createSigner('key-1')
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` })
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)

const invalid = 'The access token is not valid; sign in again to get one that is.'
const expired = 'The access token has expired; GET /api/auth/token gives a new one.'

test('a token says who calls, for which tenant and what they may do', async () => {
  const { env } = createEnv(signer.jwk)
  const caller = await authenticate(env, bearer(await signer.sign()), NOW)
  expect(caller).toEqual({
    tenantId: 'acme',
    actor: {
      type: 'user',
      userId: 'ada',
      sessionId: 'session',
      permissions: new Set(['flag.read', 'flag.evaluate', 'kb.read']),
    },
  })
})

test('a WebSocket may carry the token in its subprotocol', async () => {
  const { env } = createEnv(signer.jwk)
  const protocol = `realtime, openai-insecure-api-key.${await signer.sign()}`
  const headers = new Headers({ upgrade: 'websocket', 'sec-websocket-protocol': protocol })
  expect(await authenticate(env, headers, NOW)).toMatchObject({ tenantId: 'acme' })
})

test('a missing token is told from one that is not valid', async () => {
  const { env } = createEnv(signer.jwk)
  await expect(authenticate(env, new Headers(), NOW)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('Send an API key or an access token'),
  })
})

const genuine = await signer.sign()
const [header = '', payload = '', signature = ''] = genuine.split('.')
const none = encode({ alg: 'none', typ: 'at+jwt', kid: 'key-1' })
const confused = await new SignJWT({ sub: 'ada', org: 'acme', role: 'owner', sid: 's', jti: 'j' })
  .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
  .setIssuer(ISSUER)
  .setAudience('va-api')
  .setIssuedAt(NOW)
  .setExpirationTime(after(300))
  .sign(Buffer.from(signer.jwk.x, 'base64url'))
const owner = encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), role: 'owner' })

/** The next character differs only in bits that a signature's last character does not use. */
const successor = (char: string) => String.fromCharCode(char.charCodeAt(0) + 1)

test.each([
  ['of another key', await stranger.sign()],
  ['with alg none', `${none}.${payload}.${signature}`],
  ['without a signature', `${header}.${payload}.`],
  ['with the public key as HMAC secret', confused],
  ['with a better role', `${header}.${owner}.${signature}`],
  ['cut short', genuine.slice(0, -1)],
  ['in another spelling', genuine.replace(/.$/, successor)],
  ['of another type', await signer.sign({ header: { typ: 'JWT' } })],
  ['for voice', await signer.sign({ header: { typ: 'va-voice+jwt' } })],
  ['for another audience', await signer.sign({ claims: { aud: 'va-voice' } })],
  ['of another issuer', await signer.sign({ claims: { iss: 'https://evil.example' } })],
  ['without a key id', await signer.sign({ header: { kid: undefined } })],
  ['of a key nobody knows', await signer.sign({ header: { kid: 'key-2' } })],
  [
    'that brings its own key',
    await stranger.sign({ header: { kid: undefined, jwk: stranger.jwk } }),
  ],
  ['that never ends', await signer.sign({ claims: { exp: undefined } })],
  ['not valid yet', await signer.sign({ claims: { nbf: NOW.getTime() / 1000 + 60 } })],
  ['without a tenant', await signer.sign({ claims: { org: undefined } })],
  ['with too much in it', await signer.sign({ claims: { pad: 'x'.repeat(5000) } })],
  ['that is no token', 'va_test_0123456789'],
])('a token %s is not valid, and that is all we say', async (_name, token) => {
  const { env } = createEnv(signer.jwk)
  const problem = { code: 'unauthenticated', message: invalid }
  await expect(authenticate(env, bearer(token), NOW)).rejects.toMatchObject(problem)
})

test('a token is good for its five minutes and the skew of clocks, then called expired', async () => {
  const { env } = createEnv(signer.jwk)
  const token = await signer.sign()
  const fresh = () => createEnv(signer.jwk).env
  for (const environment of [env, fresh()]) {
    const at = (seconds: number) => authenticate(environment, bearer(token), after(seconds))
    expect(await at(304)).toMatchObject({ tenantId: 'acme' })
    await expect(at(305)).rejects.toMatchObject({ code: 'unauthenticated', message: expired })
  }
})

test('a token seen before is neither verified nor asked about again', async () => {
  const { env, state } = createEnv(signer.jwk)
  const headers = bearer(await signer.sign())
  const caller = await authenticate(env, headers, NOW)
  state.isDown = true
  expect(await authenticate(env, headers, after(299))).toBe(caller)
  expect(state.calls).toBe(1)
})

test('two deployments in one isolate share no token', async () => {
  const headers = bearer(await signer.sign())
  await authenticate(createEnv(signer.jwk).env, headers, NOW)
  const { env } = createEnv((await createSigner('key-1')).jwk)
  await expect(authenticate(env, headers, NOW)).rejects.toMatchObject({ message: invalid })
})
