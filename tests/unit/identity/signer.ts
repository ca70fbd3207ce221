/** Signs access tokens for tests the way the identity Worker does, and every wrong way. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { KeySet, PublicKey } from '../../../workers/identity/schemas.ts'

export const ISSUER = 'https://voice.example'
export const NOW = new Date('2026-11-20T12:00:00Z')

interface Options {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  /** Seconds from NOW. */
  expires?: number
}

export async function createSigner(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { x = '' } = await exportJWK(publicKey)
  const jwk: PublicKey = { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }

  function sign({ claims = {}, header = {}, expires = 300 }: Options = {}): Promise<string> {
    const seconds = NOW.getTime() / 1000
    const times = { iat: seconds, exp: seconds + expires }
    const who = { sub: 'ada', org: 'acme', role: 'viewer', sid: 'session', jti: 'token' }
    return new SignJWT({ iss: ISSUER, aud: 'va-api', ...who, ...times, ...claims })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
      .sign(privateKey)
  }
  return { jwk, sign }
}

/** An environment whose identity Worker publishes `keys` and counts how often it is asked. */
export function createEnv(...keys: PublicKey[]) {
  const state = { keys, calls: 0, isDown: false }
  async function jwks(): Promise<KeySet> {
    state.calls++
    if (state.isDown) throw new Error('identity is down')
    return { keys: state.keys }
  }
  const exchangeKey = async (): Promise<string | null> => null
  return { state, env: { PUBLIC_URL: ISSUER, IDENTITY: { jwks, exchangeKey } } }
}
