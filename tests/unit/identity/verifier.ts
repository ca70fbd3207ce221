/** The edge's verifier, and tokens that our own key signed whatever is in them. */
import { authenticate } from '../../../workers/identity/service.ts'
import { createEnv, createSigner, ISSUER, NOW } from './signer.ts'

export const signer = await createSigner('key-1')
export const stranger = await createSigner('key-1')
export const seconds = NOW.getTime() / 1000
export const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: 'key-1' }
export const CLAIMS = {
  iss: ISSUER,
  aud: 'va-api',
  sub: 'ada',
  org: 'acme',
  role: 'viewer',
  sid: 'session',
  jti: 'token',
  iat: seconds,
  exp: seconds + 300,
}

export const { env } = createEnv(signer.jwk)
export const read = (token: string) =>
  authenticate(env, new Headers({ authorization: `Bearer ${token}` }), NOW)
export const INVALID = {
  code: 'unauthenticated',
  message: 'The access token is not valid; sign in again to get one that is.',
  errors: undefined,
}

export type Members = Record<string, unknown>
export const json = (value: unknown) => JSON.stringify(value)
export const withHeader = (members: Members, by = signer) =>
  by.signText(json({ ...HEADER, ...members }), json(CLAIMS))
export const withClaims = (members: Members) =>
  signer.signText(json(HEADER), json({ ...CLAIMS, ...members }))
export const genuine = await signer.signText(json(HEADER), json(CLAIMS))
export const [header = '', payload = '', signature = ''] = genuine.split('.')
export const encode = (text: string) => Buffer.from(text).toString('base64url')
