/**
 * The edge with the real identity Worker behind it, both in this process: what differs from
 * production is that the service binding is a function call.
 */
import { expect } from 'vitest'
import { connect } from '../../operations/database/connection.ts'
import { Identity } from '../../workers/identity-worker/entrypoint.ts'
import { Session } from '../../workers/identity/schemas.ts'
import { MailMessage } from '../../workers/workspace/schemas.ts'
import { startApp } from './harness.ts'
import { rememberHashes } from './hashing.ts'

const SETUP_TOKEN = 'setup-token-setup-token-setup-token'

export const OWNER = {
  email: 'ada@example.com',
  password: 'a long and quiet passphrase',
  name: 'Ada',
  organization: 'Analytical Engines',
}

export async function startIdentity() {
  const app = await startApp()
  const hashes = rememberHashes()
  const mails: MailMessage[] = []
  const settings = {
    ENVIRONMENT: 'local',
    LOG_LEVEL: 'error',
    PUBLIC_URL: app.env.PUBLIC_URL,
    AUDIT_EVENTS: app.env.AUDIT_EVENTS,
    AUTH_DATABASE_URL: app.database.url('auth_user'),
    DATABASE_HTTP_URL: app.env.DATABASE_HTTP_URL,
    UPSTASH_REDIS_REST_URL: app.env.UPSTASH_REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN: app.env.UPSTASH_REDIS_REST_TOKEN,
    AUTH_SECRET: 'kW3vPz8sQm5xJd2fRt7yNc4hLb9gEa6u',
    PASSWORD_PEPPER: 'Yt6nBq2wXs9kMf4rVj7pHd3cGz8aLe5u',
    SETUP_TOKEN,
    SIGN_UP: 'open',
    BREACHED_PASSWORDS_URL: '',
    GITHUB_CLIENT_ID: '',
    GITHUB_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GOOGLE_CLIENT_ID: '',
    GOOGLE_ISSUER: 'https://accounts.google.com',
    OIDC_CLIENT_ID: '',
    OIDC_ISSUER: '',
    OIDC_NAME: 'OpenID Connect',
    TRUSTED_PROVIDERS: '',
    OAUTH_PROVIDER: 'on',
    ...app.metrics.settings,
    MAIL: { send: async (message: unknown) => void mails.push(MailMessage.parse(message)) },
  } as unknown as IdentityEnv
  const binding = bindingTo(new Identity(app.execution, settings))
  const plainIdentity = app.env.IDENTITY
  Object.assign(app.env, { IDENTITY: binding })

  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    })

  return {
    ...app,
    binding,
    /** Knows the harness's own tokens, which the real Worker does not sign. */
    plainIdentity,
    settings,
    post,
    /** What went into the queue `mail`, oldest first. */
    mails,

    /** Waits for deferred work; the mails it sent to `address`, which are taken away. */
    async mailsTo(address: string): Promise<MailMessage[]> {
      await app.settle()
      const found = mails.filter(({ to }) => to === address)
      const others = mails.filter(({ to }) => to !== address)
      mails.splice(0, mails.length, ...others)
      return found
    },

    setUp: (body: unknown = OWNER, token = SETUP_TOKEN) =>
      post('/api/auth/setup', body, { authorization: `Bearer ${token}` }),
    signIn: (password = OWNER.password, email = OWNER.email) =>
      post('/api/auth/sign-in/email', { email, password }),
    renew: (cookie: string) => app.request('/api/auth/token', { headers: { cookie } }),

    async close() {
      hashes.restore()
      await app.close()
    },

    /** The names of a tenant's audit entries, oldest first. */
    async auditOf(tenant: string): Promise<string[]> {
      const sql = connect(app.database.owner)
      const [, rows = []] = await sql.transaction([
        sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
        sql.query('select event from audit_log where tenant_id = $1 order by seq', [tenant]),
      ])
      return rows.map(({ event }) => String(event))
    },
  }
}

/**
 * The Worker as a service binding has it: all of its methods, as properties, so that a test can put
 * another in the place of one.
 */
function bindingTo(worker: Identity) {
  const state = {
    /** Whether it does not answer. */
    isDown: false,
    /** Keys sent here so far. */
    exchanges: 0,
  }
  const names = Object.getOwnPropertyNames(Identity.prototype) as (keyof Identity | 'constructor')[]
  for (const name of names) {
    if (name === 'constructor') continue
    const method = worker[name] as (...args: unknown[]) => unknown
    const call = async (...args: unknown[]) => {
      if (name === 'exchangeKey') binding.exchanges++
      if (binding.isDown) throw new Error('The Worker is not there.')
      return method.apply(worker, args)
    }
    Object.assign(state, { [name]: call })
  }
  const binding = state as typeof state & { [Name in keyof Identity]: Identity[Name] }
  return binding
}

/** How several calls at once ended, smallest first. */
export const statusesOf = (answers: readonly Response[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)

/** The secret of a mail's link. */
export const tokenIn = (mail: MailMessage | undefined): string =>
  new URL(mail?.data.url ?? 'http://localhost').hash.replace('#token=', '')

/** What a browser would send back. */
export function cookieOf(response: Response): string {
  const [cookie = ''] = response.headers.getSetCookie()
  return cookie.split(';')[0] ?? ''
}

/** The body of a problem, without what differs between two requests. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  const { requestId, ...problem } = await response.json<Record<string, unknown>>()
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('x-request-id')).toBe(requestId)
  return problem
}

/** Of somebody who is in a tenant. */
export async function sessionOf(response: Response) {
  const session = Session.parse(await response.json())
  const { tenant } = session
  if (!tenant) throw new Error('This session is in no tenant.')
  return { ...session, tenant }
}

/** RFC 4648, section 6: the secret of an authenticator, as it is typed. */
export function fromBase32(text: string): Uint8Array {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (char) => alphabet.indexOf(char).toString(2).padStart(5, '0'))
  const octets = bits.join('').match(/.{8}/g) ?? []
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 2))
}
