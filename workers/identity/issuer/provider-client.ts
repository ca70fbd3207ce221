/**
 * Talks to providers: OpenID Connect with discovery (Google, any other), and GitHub, which speaks
 * OAuth 2 and has an API in place of ID tokens. Protocol checks are oauth4webapi's: state, issuer of
 * the answer (RFC 9207), PKCE (RFC 7636), nonce, and claims and signature of the ID token.
 */
import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import { tracedFetch } from '../../../shared/traced-fetch.ts'
import type { IssuerContext } from './context.ts'
import { clientSecretOf, type Provider, redirectUriOf } from './providers.ts'

/** Who somebody is at a provider. */
export interface Identity {
  /** Never given to another account there. */
  subject: string
  /** In lower case. */
  email: string | undefined
  /** Whether the provider made sure that the address is theirs. */
  isVerified: boolean
  name: string
  /** How they are called there. */
  label: string | undefined
}

/** What is kept of a sign-in until its answer is there. */
export interface Secrets {
  state: string
  nonce: string
  verifier: string
}

const TIMEOUT_MS = 10_000
/** How long metadata is taken for what it was. */
const METADATA_MS = 3_600_000

const metadata = new Map<string, { server: oauth.AuthorizationServer; until: number }>()

/** Where the browser goes. @throws Error when the provider's metadata cannot be had */
export async function authorizationUrl(
  ctx: IssuerContext,
  provider: Provider,
  { state, nonce, verifier }: Secrets,
): Promise<string> {
  const { authorization_endpoint: endpoint = '' } = await serverOf(ctx, provider)
  const url = new URL(endpoint)
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUriOf(ctx, provider),
    scope: provider.apiUrl ? 'read:user user:email' : 'openid email profile',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(!provider.apiUrl && { nonce }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Trades the answer's code for who it is about.
 *
 * @param answer Our own address with what the provider added
 * @throws oauth.AuthorizationResponseError when the provider says no; Error for whatever else
 */
export async function identify(
  ctx: IssuerContext,
  provider: Provider,
  answer: URL,
  secrets: Secrets,
): Promise<Identity> {
  const server = await serverOf(ctx, provider)
  const client = { client_id: provider.clientId }
  const granted = oauth.validateAuthResponse(server, client, answer, secrets.state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authenticationOf(server, await clientSecretOf(ctx.env, provider)),
    granted,
    redirectUriOf(ctx, provider),
    secrets.verifier,
    optionsOf(provider),
  )
  if (provider.apiUrl) {
    const { access_token: token } = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      response,
    )
    return askGitHub(provider, provider.apiUrl, token)
  }
  const checks = { expectedNonce: secrets.nonce, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
  await oauth.validateApplicationLevelSignature(server, response, optionsOf(provider))
  const claims = Claims.parse(oauth.getValidatedIdTokenClaims(tokens))
  const hasAll = claims.email !== undefined || server.userinfo_endpoint === undefined
  if (hasAll) return toIdentity(claims)
  const { access_token: token } = tokens
  const asked = await oauth.userInfoRequest(server, client, token, optionsOf(provider))
  const told = await oauth.processUserInfoResponse(server, client, claims.sub, asked)
  return toIdentity(Claims.parse({ ...claims, ...told }))
}

async function serverOf(
  { now }: IssuerContext,
  provider: Provider,
): Promise<oauth.AuthorizationServer> {
  const { issuer, apiUrl } = provider
  if (apiUrl) {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }
  }
  const known = metadata.get(issuer)
  if (known && known.until > now().getTime()) return known.server
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, optionsOf(provider))
  const server = await oauth.processDiscoveryResponse(url, response)
  metadata.set(issuer, { server, until: now().getTime() + METADATA_MS })
  return server
}

type Options = oauth.CustomFetchOptions<string, oauth.ProtectedResourceRequestBody>

const callProvider = (url: string, { body = null, ...init }: Options): Promise<Response> =>
  tracedFetch(url, { ...init, body })

/** Plain HTTP reaches this machine only: the settings allow it for no other. */
const optionsOf = ({ issuer }: Provider) => ({
  [oauth.customFetch]: callProvider,
  [oauth.allowInsecureRequests]: issuer.startsWith('http://'),
  signal: () => AbortSignal.timeout(TIMEOUT_MS),
})

/** Basic is what every provider must know (OpenID Connect Discovery 1.0, section 3). */
function authenticationOf(server: oauth.AuthorizationServer, secret: string): oauth.ClientAuth {
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const isBasic = methods.includes('client_secret_basic')
  return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

const Email = z.email().max(254).toLowerCase()

const Claims = z.object({
  sub: z.string().min(1).max(255),
  email: Email.optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
})

function toIdentity(claims: z.infer<typeof Claims>): Identity {
  const { sub: subject, email, email_verified: isVerified = false } = claims
  const name = nameOf(claims.name, claims.preferred_username, email)
  return { subject, email, isVerified, name, label: email ?? claims.preferred_username }
}

/** https://docs.github.com/en/rest/users/users and …/users/emails, of API version 2022-11-28. */
const GitHubUser = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() })
const GitHubEmails = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
)

async function askGitHub(provider: Provider, apiUrl: string, token: string): Promise<Identity> {
  const headers = new Headers({
    accept: 'application/vnd.github+json',
    'user-agent': 'VoiceAssist',
    'x-github-api-version': '2022-11-28',
  })
  const get = async (path: string): Promise<unknown> => {
    const url = new URL(apiUrl + path)
    const call = oauth.protectedResourceRequest(
      token,
      'GET',
      url,
      headers,
      null,
      optionsOf(provider),
    )
    const response = await call
    if (!response.ok) throw new Error(`GitHub answers ${response.status} at ${path}`)
    return response.json()
  }
  const [user, emails] = await Promise.all([get('/user'), get('/user/emails')])
  const { id, login, name } = GitHubUser.parse(user)
  const primary = GitHubEmails.parse(emails).find((one) => one.primary)
  return {
    subject: String(id),
    email: Email.safeParse(primary?.email).data,
    isVerified: primary?.verified ?? false,
    name: nameOf(name, login),
    label: login,
  }
}

/** The first that says anything, as long as a name may be. */
const nameOf = (...names: (string | null | undefined)[]): string =>
  names.map((name) => name?.trim().slice(0, 200)).find((name) => name) ?? '—'
