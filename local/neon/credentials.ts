/**
 * Who a connection says it is, and whether that is so. Wrong names, passwords, databases and hosts
 * all get the same answer, as on Neon, where an unknown project is a failed login too.
 */
import { createHash } from 'node:crypto'
import type { Login } from '../postgres/backend.ts'
import { PostgresError } from '../postgres/replies.ts'

export interface Credentials {
  /** Password by role. */
  readonly users: Readonly<Record<string, string>>
  readonly database: string
}

const HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The login in a Neon-Connection-String.
 *
 * @throws PostgresError 28P01 when anything in it is wrong
 */
export function logInByUrl(credentials: Credentials, connectionString: string): Login {
  const url = URL.parse(connectionString)
  if (!url || !HOSTS.has(url.hostname)) throw refused(url?.username ?? '')
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decode)
  return logIn(credentials, user ?? '', password ?? '', database ?? '')
}

/** @throws PostgresError 28P01 when anything is wrong */
export function logIn(
  { users, database }: Credentials,
  role: string,
  password: string,
  wantedDatabase: string,
): Login {
  const expected = Object.hasOwn(users, role) ? users[role] : undefined
  const matches = expected !== undefined && digest(password).equals(digest(expected))
  if (!matches || wantedDatabase !== database) throw refused(role)
  return { role, password }
}

const refused = (user: string) =>
  new PostgresError(`password authentication failed for user '${user}'`, {
    severity: 'FATAL',
    code: '28P01',
  })

/** Compared as digests, so that the time taken tells nothing about a password. */
const digest = (text: string) => createHash('sha256').update(text).digest()

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
