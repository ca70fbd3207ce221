/**
 * OAuth 2.1 (draft-ietf-oauth-v2-1) and OpenID Connect Core 1.0 as far as they are rules: what may
 * be asked for, and what an answer looks like. Who asks and what is stored is issuer/oauth-*.ts.
 */

/** OAuth 2.1, section 2.1: whether the client can keep a secret. */
export const CLIENT_TYPES = ['confidential', 'public'] as const
export type ClientType = (typeof CLIENT_TYPES)[number]

/** What a client may be registered for (RFC 7591, section 2). */
export const GRANT_TYPES = ['authorization_code', 'client_credentials'] as const
export type GrantType = (typeof GRANT_TYPES)[number]

/** Scopes that are about the user and grant no permission: every client may ask for them. */
const IDENTITY_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const

/** A scope parameter (RFC 6749, section 3.3), each once, in the order given. */
export const readScopes = (text: string): string[] => [
  ...new Set(text.split(' ').filter((scope) => scope !== '')),
]

const isIdentityScope = (scope: string) => IDENTITY_SCOPES.some((one) => one === scope)

/** Which of `scopes` count for somebody who holds `held`; those about the user always do. */
export const scopesWithin = (scopes: readonly string[], held: ReadonlySet<string>): string[] =>
  scopes.filter((scope) => isIdentityScope(scope) || held.has(scope))

/** Schemes a browser runs or reads itself, so no application can stand behind them. */
const UNSAFE_SCHEME = /^(javascript|data|file|blob|about|ws|wss|ftp):$/

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether codes may be sent there: https, http on the machine itself, or a native application's
 * scheme with a dot in it (RFC 8252, section 7.1). No fragment (OAuth 2.1, section 2.3), and no
 * credentials, which would show in the address bar.
 */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || /[\s#\\*]/.test(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username || password || UNSAFE_SCHEME.test(protocol)) return false
  if (protocol === 'https:') return hostname !== ''
  if (protocol === 'http:') return LOOPBACK.has(hostname)
  return protocol.includes('.')
}

/**
 * Whether nobody but the client can receive what is sent there. Another application of the same
 * machine may listen on its port or claim its scheme, so there a user is asked each time (OAuth
 * 2.1, section 7.3.1).
 */
export const isExclusive = (redirectUri: string): boolean => redirectUri.startsWith('https://')

/** RFC 6749, section 4.1.2.1, and OpenID Connect Core 1.0, section 3.1.2.6. */
type AuthorizationError =
  | 'invalid_request'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'login_required'
  | 'consent_required'
  | 'account_selection_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'

export interface Refusal {
  error: AuthorizationError
  description: string
}

/** An authorization request as it arrives; nothing in it is to be believed. */
export interface AuthorizationParameters {
  client_id: string
  redirect_uri: string
  response_type?: string | undefined
  response_mode?: string | undefined
  scope?: string | undefined
  state?: string | undefined
  nonce?: string | undefined
  code_challenge?: string | undefined
  code_challenge_method?: string | undefined
  prompt?: string | undefined
  max_age?: string | undefined
  request?: string | undefined
  request_uri?: string | undefined
}

interface Registered {
  grantTypes: readonly string[]
  scopes: readonly string[]
}

/** What is wrong with a request of this client, whose redirect URI is its own; undefined if nothing. */
export function faultOf(asked: AuthorizationParameters, client: Registered): Refusal | undefined {
  const requested = readScopes(asked.scope ?? '')
  const beyond = requested.find((one) => !isIdentityScope(one) && !client.scopes.includes(one))
  const faults: [boolean, AuthorizationError, string][] = [
    [asked.request !== undefined, 'request_not_supported', 'Send parameters, not request.'],
    [asked.request_uri !== undefined, 'request_uri_not_supported', 'Send parameters only.'],
    [asked.response_type === undefined, 'invalid_request', 'response_type is missing.'],
    [asked.response_type !== 'code', 'unsupported_response_type', 'response_type must be code.'],
    [(asked.response_mode ?? 'query') !== 'query', 'invalid_request', 'Use response_mode query.'],
    [
      !client.grantTypes.includes('authorization_code'),
      'unauthorized_client',
      'This client is not registered for authorization_code.',
    ],
    [
      asked.code_challenge_method !== 'S256' || !CHALLENGE.test(asked.code_challenge ?? ''),
      'invalid_request',
      'Send a code_challenge with code_challenge_method S256 (RFC 7636).',
    ],
    [requested.length === 0, 'invalid_scope', 'scope is missing.'],
    [beyond !== undefined, 'invalid_scope', 'This client is not registered for one of the scopes.'],
    [!/^\d{0,9}$/.test(asked.max_age ?? ''), 'invalid_request', 'max_age must be seconds.'],
    ...promptFaults(asked.prompt),
  ]
  const fault = faults.find(([isFault]) => isFault)
  return fault && { error: fault[1], description: fault[2] }
}

/** SHA-256 in base64url without padding. */
const CHALLENGE = /^[\w-]{43}$/

/** Nobody is signed in a second time here, so what asks for that is answered as OpenID says. */
function promptFaults(prompt = ''): [boolean, AuthorizationError, string][] {
  const values = readScopes(prompt)
  const has = (value: string) => values.includes(value)
  const isKnown = values.every((value) => PROMPTS.has(value))
  return [
    [!isKnown, 'invalid_request', 'prompt is not one that OpenID Connect knows.'],
    [has('none') && values.length > 1, 'invalid_request', 'prompt none stands alone.'],
    [has('login'), 'login_required', 'A user cannot be asked to sign in again here.'],
    [has('select_account'), 'account_selection_required', 'An account cannot be chosen here.'],
  ]
}

const PROMPTS = new Set(['none', 'consent', 'login', 'select_account'])

/** What the client gets, at its redirect URI; RFC 6749 section 4.1.2, with `iss` by RFC 9207. */
export function redirectTo(
  { redirect_uri: redirectUri, state }: AuthorizationParameters,
  issuer: string,
  answer: { code: string } | Refusal,
): string {
  const parameters = new URLSearchParams(
    'code' in answer
      ? { code: answer.code }
      : { error: answer.error, error_description: answer.description },
  )
  if (state !== undefined) parameters.set('state', state)
  parameters.set('iss', issuer)
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`
}

/** RFC 7636, section 4.1. */
export const isVerifier = (text: string): boolean => /^[\w.~-]{43,128}$/.test(text)

export interface ClientCredentials {
  clientId: string
  secret: string | undefined
  /** How it was sent: RFC 6749, section 2.3.1. */
  method: 'client_secret_basic' | 'client_secret_post' | 'none'
}

/**
 * Who a request to the token endpoint says it is; undefined when it says so in no way, in two, or
 * in one that cannot be read.
 */
export function readCredentials(
  authorization: string | undefined,
  form: { client_id?: string | undefined; client_secret?: string | undefined },
): ClientCredentials | undefined {
  const { client_id: clientId, client_secret: secret } = form
  if (authorization === undefined) {
    if (!clientId) return undefined
    return { clientId, secret, method: secret === undefined ? 'none' : 'client_secret_post' }
  }
  const basic = readBasic(authorization)
  const isTwice = secret !== undefined || (clientId ?? basic?.clientId) !== basic?.clientId
  return isTwice ? undefined : basic
}

function readBasic(authorization: string): ClientCredentials | undefined {
  const [, encoded = ''] = /^Basic +([\w+/]+={0,2})$/i.exec(authorization) ?? []
  const [, id, secret] = /^([^:]+):(.*)$/s.exec(decodeBase64(encoded)) ?? []
  if (id === undefined || secret === undefined) return undefined
  const [clientId, plain] = [decodeForm(id), decodeForm(secret)]
  if (!clientId || plain === undefined) return undefined
  return { clientId, secret: plain, method: 'client_secret_basic' }
}

function decodeBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}

/** RFC 6749, appendix B: both halves are form-encoded before they become Basic. */
function decodeForm(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/**
 * RFC 8414 and OpenID Connect Discovery 1.0, section 3, in one document.
 *
 * @param permissions Those a client may be registered for
 */
export function metadataOf(issuer: string, permissions: readonly string[]) {
  const methods = ['client_secret_basic', 'client_secret_post', 'none']
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: [...IDENTITY_SCOPES, ...permissions],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    prompt_values_supported: ['none', 'consent'],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'amr',
      'name',
      'email',
      'email_verified',
    ],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
  }
}
