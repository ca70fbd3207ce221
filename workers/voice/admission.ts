/**
 * Who may connect to a session that a voice key opened. The key binds to the session with its first
 * dial; from then on it returns to that session and opens no other.
 */
import type { Session } from './session.ts'

/**
 * Milliseconds the first dial waits before it is answered. Whoever dials meanwhile set out without
 * knowing of it, and is a rival; whoever dials after the answer comes back.
 */
export const ELECTION_MS = 100

/** Milliseconds a dial may take from being let in to its socket; then another may try. */
const DIAL_MS = 5000

export type Verdict =
  /** Opens the session. */
  | 'first'
  /** Comes back to it, and takes the place of whoever is connected. */
  | 'again'
  /** Dialled while another did. */
  | 'rival'
  /** The key was never used in its time. */
  | 'expired'
  /** Whoever made it may not start sessions any more. */
  | 'revoked'
  /** Whether they may cannot be told now. */
  | 'unsure'
  /** There is no such session for this caller to come back to. */
  | 'unknown'

/** Whether who made the key may start sessions at this moment; `unknown` when nobody answers. */
export type Maker = 'allowed' | 'revoked' | 'unknown'

const FIRST = { allowed: 'first', revoked: 'revoked', unknown: 'unsure' } as const

interface Dial {
  at: number
  /** Milliseconds since the epoch. */
  keyExpiresAt: number
  maker: Maker
}

/**
 * The maker matters to the first dial alone: a session that runs is not cut off by what becomes of
 * them.
 *
 * @param dialingSince When the dial that is under way was let in; null when none is
 */
export function judgeDial(
  session: Session | undefined,
  dialingSince: number | null,
  { at, keyExpiresAt, maker }: Dial,
): Verdict {
  if (dialingSince !== null && at < dialingSince + DIAL_MS) return 'rival'
  if (session) return 'again'
  if (at >= keyExpiresAt) return 'expired'
  return FIRST[maker]
}

/** Who opened a session: the user or the key, whatever session of theirs it was. */
interface Principal {
  type: string
  userId?: string
  keyId?: string
}

/** Whether it is the same one; the token alone is no way in. */
const isSame = (one: Principal, other: Principal) =>
  one.type === other.type && one.userId === other.userId && one.keyId === other.keyId

/** Judges who comes back with a resume token beside their credential. */
export function judgeReturn(
  session: Session | undefined,
  { token, caller, owner }: { token: string; caller: Principal; owner: Principal | undefined },
): 'again' | 'unknown' {
  const isKnown = session?.resumeToken === token && owner !== undefined && isSame(caller, owner)
  return isKnown ? 'again' : 'unknown'
}

/** A token names its session, so that the dial finds it. */
export const resumeTokenOf = (sessionId: string, secret: string): string => `${sessionId}.${secret}`

export const sessionOfToken = (token: string): string => token.slice(0, token.indexOf('.'))
