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

  /** Signs header and payload exactly as they are written, were they no JSON at all. */
  async function signText(header: string, payload: string | Uint8Array): Promise<string> {
    const text = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')
    const signature = await crypto.subtle.sign('Ed25519', privateKey, Buffer.from(text))
    return `${text}.${Buffer.from(signature).toString('base64url')}`
  }
  return { jwk, publicKey, sign, signText }
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
