/**
 * Whose access tokens are refused before they expire, as it is kept in Redis: a sorted set, scored
 * by the time of the revocation. Reading and writing it is
 * revocation-client.ts here and issuer/revocation.ts in the identity Worker.
 */

/** Of no tenant: the edge knows a session before it knows anything else. */
export const REVOKED_KEY = 'identity:revoked'

/** Milliseconds an entry is kept: the life of an access token, the skew of clocks and some more. */
export const KEPT_MS = 6 * 60_000

/**
 * A session is over for good. Of a user, of a member of one tenant, and of all who hold one role of
 * it, tokens are refused that are older than the revocation: what they say is no longer so, and
 * whoever may have a newer one gets it by asking.
 */
export type Revocation =
  | { type: 'session' | 'user' | 'client'; id: string }
  | { type: 'member'; tenantId: string; userId: string }
  | { type: 'role'; tenantId: string; role: string }

export interface Revoked {
  sessions: ReadonlySet<string>
  /** Users, clients, members and roles as `memberOf` writes them, to the time in milliseconds since the epoch. */
  since: ReadonlyMap<string, number>
}

/** What can be asked about: one access token. */
export interface Bearer {
  userId: string
  sessionId: string
  tenantId: string
  role: string
  /** Of an application's token. */
  clientId?: string | undefined
  /** Milliseconds since the epoch: no later than what the token says was read. */
  issuedAt: number
}

export const NOBODY: Revoked = { sessions: new Set(), since: new Map() }

export function memberOf(one: Revocation): string {
  switch (one.type) {
    case 'session':
    case 'user':
    case 'client':
      return `${one.type}:${one.id}`
    case 'member':
      return `member:${one.tenantId}:${one.userId}`
    case 'role':
      return `role:${one.tenantId}:${one.role}`
  }
}

/** @param flat members and scores in turn, as ZRANGE … WITHSCORES answers */
export function readRevoked(flat: readonly unknown[]): Revoked {
  const sessions = new Set<string>()
  const since = new Map<string, number>()
  for (let index = 0; index < flat.length; index += 2) {
    const member = String(flat[index])
    if (member.startsWith(SESSION)) sessions.add(member.slice(SESSION.length))
    else since.set(member, Number(flat[index + 1]))
  }
  return { sessions, since }
}

const SESSION = 'session:'

/** Whether the token is refused. With nothing revoked, the rule of nearly every call, it is two looks. */
export function isRevoked({ sessions, since }: Revoked, bearer: Bearer): boolean {
  if (sessions.has(bearer.sessionId)) return true
  if (since.size === 0) return false
  const { userId, tenantId, role, clientId, issuedAt } = bearer
  const about: Revocation[] = [
    { type: 'user', id: userId },
    { type: 'member', tenantId, userId },
    { type: 'role', tenantId, role },
    ...(clientId === undefined ? [] : [{ type: 'client', id: clientId } as const]),
  ]
  return about.some((one) => issuedAt <= (since.get(memberOf(one)) ?? Number.NEGATIVE_INFINITY))
}
