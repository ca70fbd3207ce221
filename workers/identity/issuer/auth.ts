/**
 * better-auth as we configure it: it reads sessions and keeps them alive. Its own router is not
 * mounted anywhere. Passwords and second factors are ours: each must be decided by one statement.
 */
import { createHash } from 'node:crypto'
import { drizzleAdapter } from '@better-auth/drizzle-adapter'
import { betterAuth } from 'better-auth/minimal'
import { organization } from 'better-auth/plugins/organization'
import { newId } from '../../../shared/ids.ts'
import { createLog } from '../../../shared/log.ts'
import { type Secret, secret, valuesOf } from '../../../shared/secret.ts'
import type { IssuerContext, IssuerEnv } from './context.ts'
import { authDatabaseOf } from './database.ts'
import * as tables from './tables.ts'

/** Seconds. A session ends when nobody used it for so long, and is written at most so often. */
export const SESSION = { idle: 30 * 60, updateAge: 5 * 60 }

export const SESSION_COOKIE = '__Host-va_session'

/** While somebody acts as another: their own session, for the way back. */
export const OWN_COOKIE = '__Host-va_own'

const instances = new WeakMap<IssuerEnv, { auth: Auth; madeWith: string }>()
type Auth = ReturnType<typeof createAuth>

/** One per isolate and secret, so what it logs by itself belongs to no request. */
export async function authOf({ env }: IssuerContext): Promise<Auth> {
  const secrets = await secret(env, 'AUTH_SECRET')
  const madeWith = valuesOf(secrets).join('\n')
  const known = instances.get(env)
  if (known?.madeWith === madeWith) return known.auth
  const auth = createAuth(env, secrets)
  instances.set(env, { auth, madeWith })
  return auth
}

/** better-auth numbers its secrets, and names the number in what it encrypts. */
const numbered = (value: string) => {
  const digest = createHash('sha256').update(value).digest('hex')
  return { version: Number.parseInt(digest.slice(0, 7), 16), value }
}

function createAuth(env: IssuerEnv, secrets: Secret) {
  const log = createLog({ level: env.LOG_LEVEL }, { worker: 'identity' })
  return betterAuth({
    appName: 'VoiceAssist',
    baseURL: env.PUBLIC_URL,
    secret: secrets.current,
    secrets: valuesOf(secrets).map(numbered),
    database: drizzleAdapter(authDatabaseOf(env), { provider: 'pg', schema: SCHEMA }),
    session: {
      expiresIn: SESSION.idle,
      updateAge: SESSION.updateAge,
      cookieCache: { enabled: false },
    },
    plugins: [organization({ creatorRole: 'owner', allowUserToCreateOrganization: false })],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message, ...details) => log[level](`better-auth: ${message}`, { details }),
    },
    advanced: {
      // The prefix `__Secure-` would go in front of ours.
      useSecureCookies: false,
      cookiePrefix: '__Host-va',
      cookies: { session_token: { name: SESSION_COOKIE } },
      defaultCookieAttributes: { secure: true, httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
      database: { generateId: () => newId(new Date()), joins: true },
    },
  })
}

/** better-auth's names for our tables. */
const SCHEMA = {
  user: tables.users,
  session: tables.sessions,
  account: tables.accounts,
  verification: tables.verifications,
  organization: tables.organizations,
  member: tables.members,
  invitation: tables.invitations,
}
