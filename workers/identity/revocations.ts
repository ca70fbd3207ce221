/**
 * Sessions and users whose access tokens are refused before they expire, as they are kept in Redis:
 * a sorted set, scored by the time of the revocation. Reading and writing it is
 * revocation-client.ts here and issuer/revocation.ts in the identity Worker.
 */

/** Of no tenant: the edge knows a session before it knows anything else. */
export const REVOKED_KEY = 'identity:revoked'

/** Milliseconds an entry is kept: the life of an access token, the skew of clocks and some more. */
export const KEPT_MS = 6 * 60_000

/**
 * A session is over for good, and so is an application's authorization, which stands in its place;
 * a user's and a client's tokens are refused if they are older than the revocation.
 */
export interface Revocation {
  type: 'session' | 'user' | 'client'
  id: string
}

export interface Revoked {
  sessions: ReadonlySet<string>
  /** User id to the time of the revocation, in milliseconds since the epoch. */
  users: ReadonlyMap<string, number>
  /** The same of OAuth clients. */
  clients: ReadonlyMap<string, number>
}

/** What can be asked about: one access token. */
export interface Bearer {
  userId: string
  sessionId: string
  /** Of an application's token. */
  clientId?: string | undefined
  /** Milliseconds since the epoch, in whole seconds, as tokens have it. */
  issuedAt: number
}

export const NOBODY: Revoked = { sessions: new Set(), users: new Map(), clients: new Map() }

export const memberOf = ({ type, id }: Revocation): string => `${type}:${id}`

/** @param flat members and scores in turn, as ZRANGE … WITHSCORES answers */
export function readRevoked(flat: readonly unknown[]): Revoked {
  const sessions = new Set<string>()
  const users = new Map<string, number>()
  const clients = new Map<string, number>()
  for (let index = 0; index < flat.length; index += 2) {
    const [type, id = ''] = String(flat[index]).split(/:(.*)/s)
    if (type === 'session') sessions.add(id)
    if (type === 'user') users.set(id, Number(flat[index + 1]))
    if (type === 'client') clients.set(id, Number(flat[index + 1]))
  }
  return { sessions, users, clients }
}

/**
 * Whether the token is refused. Tokens know whole seconds only: one issued in the very second of
 * a user's revocation is refused too, though it may be newer.
 */
export function isRevoked({ sessions, users, clients }: Revoked, bearer: Bearer): boolean {
  const { userId, sessionId, clientId, issuedAt } = bearer
  const ends = [users.get(userId), clientId === undefined ? undefined : clients.get(clientId)]
  return sessions.has(sessionId) || ends.some((at) => at !== undefined && issuedAt <= at)
}
