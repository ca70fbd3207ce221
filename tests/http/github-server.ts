/**
 * GitHub's web application flow, users and e-mail addresses, as docs.github.com describes them (OAuth
 * apps; REST API version 2022-11-28): failures of the token endpoint answer 200, ids are numbers, and
 * a request without a user agent is refused.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export const GITHUB_CLIENT = { id: 'Iv23liTests', secret: 'github client secret of the tests' }

interface Account {
  id: number
  login: string
  name: string | null
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[]
}

interface Grant {
  account: Account
  redirectUri: string
  challenge: string | null
}

export async function startGitHub() {
  const grants = new Map<string, Grant>()
  const tokens = new Map<string, Account>()
  const state = {
    /** Who is at the browser; nobody refuses. */
    who: undefined as Account | undefined,
    isDown: false,
  }

  function authorize(query: URLSearchParams): string {
    const back = new URL(query.get('redirect_uri') ?? '')
    if (query.get('client_id') !== GITHUB_CLIENT.id) throw new Error('404')
    if (state.who) {
      const code = randomBytes(10).toString('hex')
      const challenge = query.get('code_challenge')
      grants.set(code, { account: state.who, redirectUri: back.href, challenge })
      back.searchParams.set('code', code)
    } else {
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', 'The user has denied your application access.')
    }
    back.searchParams.set('state', query.get('state') ?? '')
    return back.href
  }

  function grant(form: URLSearchParams): object {
    if (
      form.get('client_id') !== GITHUB_CLIENT.id ||
      form.get('client_secret') !== GITHUB_CLIENT.secret
    ) {
      return failure(
        'incorrect_client_credentials',
        'The client_id and/or client_secret passed are incorrect.',
      )
    }
    const code = form.get('code') ?? ''
    const given = grants.get(code)
    grants.delete(code)
    const verifier = form.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (!given || given.challenge !== challenge) {
      return failure('bad_verification_code', 'The code passed is incorrect or expired.')
    }
    if (given.redirectUri !== form.get('redirect_uri')) {
      return failure(
        'redirect_uri_mismatch',
        'The redirect_uri MUST match the registered callback URL.',
      )
    }
    const token = `gho_${randomBytes(18).toString('hex')}`
    tokens.set(token, given.account)
    return { access_token: token, scope: 'read:user,user:email', token_type: 'bearer' }
  }

  function api(path: string, { 'user-agent': agent, authorization = '' }: IncomingHttpHeaders) {
    if (!agent) return { status: 403, body: { message: 'Request forbidden' } }
    const account = tokens.get(authorization.replace(/^(Bearer|token) /i, ''))
    if (!account) return { status: 401, body: { message: 'Bad credentials' } }
    const { id, login, name, emails } = account
    if (path === '/user') return { status: 200, body: { id, login, name, email: null } }
    if (path === '/user/emails') return { status: 200, body: emails }
    return { status: 404, body: { message: 'Not Found' } }
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github')
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify(body))
    }
    if (state.isDown) answer(503, { message: 'Service unavailable' })
    else if (pathname === '/login/oauth/authorize') {
      response.writeHead(302, { location: authorize(searchParams) }).end()
    } else if (pathname === '/login/oauth/access_token' && request.method === 'POST') {
      const body = grant(new URLSearchParams(await text(request)))
      if (request.headers.accept?.includes('application/json')) return answer(200, body)
      response.end(new URLSearchParams(Object.entries(body)).toString())
    } else {
      const { status, body } = api(pathname, request.headers)
      answer(status, body)
    }
    return undefined
  }

  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

const failure = (error: string, description: string) => ({
  error,
  error_description: description,
  error_uri:
    'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
})
