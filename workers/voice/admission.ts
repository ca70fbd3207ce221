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

interface Dial {
  at: number
  /** Milliseconds since the epoch. */
  keyExpiresAt: number
}

/** @param dialingSince When the dial that is under way was let in; null when none is */
export function judgeDial(
  session: Session | undefined,
  dialingSince: number | null,
  { at, keyExpiresAt }: Dial,
): Verdict {
  if (dialingSince !== null && at < dialingSince + DIAL_MS) return 'rival'
  if (session) return 'again'
  return at < keyExpiresAt ? 'first' : 'expired'
}
