/** The OAuth provider as applications meet it: clients to register, and a browser with a session. */
import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { OAuthClientSecret } from '../../workers/identity/oauth-client-schemas.ts'
import { type Person, startTenants } from './tenant-harness.ts'

export const CLIENTS = '/api/admin/oauth-clients'
export const CALLBACK = 'https://notes.example/callback'

export interface Tokens {
  access_token: string
  refresh_token?: string
  id_token?: string
  scope: string
  expires_in: number
}

export async function startOAuth() {
  const app = await startTenants()

  /** Registered by the owner unless told. */
  async function register(
    body: Record<string, unknown> = {},
    credential = app.owner.accessToken,
  ): Promise<OAuthClientSecret> {
    const given = {
      name: 'Notes',
      type: 'confidential',
      grantTypes: ['authorization_code'],
      redirectUris: [CALLBACK],
      scopes: ['kb.read', 'flag.read'],
      ...body,
    }
    const answer = await app.send('POST', CLIENTS, given, credential)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store'])
    return answer.json()
  }

  /** A request with a verifier of its own, which is returned beside it. */
  function ask(clientId: string, more: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString('base64url')
    const request: Record<string, string> = {
      client_id: clientId,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid kb.read offline_access',
      state: 'a state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    }
    return { request, verifier }
  }

  /** As the browser goes to the provider; answers with where it is sent. */
  async function visit(request: Record<string, string>, cookie = '') {
    const answer = await app.request(`/oauth/authorize?${queryOf(request)}`, {
      headers: { cookie },
    })
    return { status: answer.status, location: answer.headers.get('location') ?? '', answer }
  }

  /** Where the user is asked. */
  const consentPage = (request: Record<string, string>) => {
    const order = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce']
    const rest = ['code_challenge', 'code_challenge_method', 'prompt', 'max_age']
    const asked = [...order, ...rest].flatMap((name) =>
      request[name] === undefined ? [] : [[name, request[name]]],
    )
    const text = JSON.stringify(Object.fromEntries(asked))
    return `${app.env.PUBLIC_URL}/console/consent#request=${Buffer.from(text).toString('base64url')}`
  }

  const decide = (request: Record<string, string>, who: Pick<Person, 'token'>, allow = true) =>
    app.send('POST', '/api/auth/oauth/authorization', { request, allow }, who.token)

  /** What the client gets when the user allows it. */
  async function codeOf(request: Record<string, string>, who: Pick<Person, 'token'>) {
    const answer = await decide(request, who)
    expect(answer.status).toBe(200)
    const { redirectTo } = await answer.json<{ redirectTo: string }>()
    return new URL(redirectTo).searchParams.get('code') ?? redirectTo
  }

  const form = (path: string, fields: Record<string, string>, headers: object = {}) =>
    app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: queryOf(fields),
    })

  /** The whole way of a confidential client, for the scopes asked. */
  async function authorizeFully(
    client: OAuthClientSecret,
    who: Pick<Person, 'token'>,
    more: Record<string, string> = {},
  ): Promise<Tokens> {
    const { request, verifier } = ask(client.id, more)
    const code = await codeOf(request, who)
    const answer = await form('/oauth/token', {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: request.redirect_uri ?? '',
      ...credentialsOf(client),
    })
    expect(answer.status).toBe(200)
    return answer.json()
  }

  const refresh = (client: OAuthClientSecret, token: string | undefined, more: object = {}) =>
    form('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: token ?? '',
      ...credentialsOf(client),
      ...more,
    })

  /** The status the edge answers a request with the token. */
  const use = async (token: string, path = '/api/admin/kb/documents') =>
    (await app.request(path, { headers: { authorization: `Bearer ${token}` } })).status

  /** The same at an isolate that has just started, and so knows every revocation. */
  async function useElsewhere(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    const path = '/api/admin/kb/documents'
    return (await app.app.request(path, { headers }, { ...app.env }, app.execution)).status
  }

  return {
    ...app,
    useElsewhere,
    consentPage,
    register,
    ask,
    visit,
    decide,
    codeOf,
    form,
    authorizeFully,
    refresh,
    use,
  }
}

/** Also of a form's body. */
export const queryOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

export type TestOAuth = Awaited<ReturnType<typeof startOAuth>>

export const credentialsOf = ({ id, secret }: OAuthClientSecret): Record<string, string> =>
  secret === null ? { client_id: id } : { client_id: id, client_secret: secret }

/** Status and error of an answer in the form of RFC 6749, section 5.2. */
export async function failureOf(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toContain('application/json')
  const { error, error_description: text } = await answer.json<Record<string, string>>()
  expect(text).toMatch(/^[\x20-\x7e]+$/)
  return `${answer.status} ${error}`
}
