/** Dials by voice key: one at a time is let in, by the ticket it was given. */
import { judgeDial } from '../workers/voice/admission.ts'
import type { Admission, KeyedOpening } from '../workers/voice/service.ts'
import type { Session } from '../workers/voice/session.ts'

export class VoiceDoor {
  /** The dial that is under way. */
  #dial: { ticket: string; since: number } | null = null

  /** What becomes of a dial; where it may come in, it is the one that is under way now. */
  judge(session: Session | undefined, { keyExpiresAt, maker }: KeyedOpening): Admission {
    const at = Date.now()
    const verdict = judgeDial(session, this.#dial?.since ?? null, { at, keyExpiresAt, maker })
    const ticket = crypto.randomUUID()
    if (verdict === 'first' || verdict === 'again') this.#dial = { ticket, since: at }
    return { verdict, ticket }
  }

  /** Whether the ticket is of the dial that is under way; it is used up. */
  admits(ticket: string): boolean {
    if (ticket !== this.#dial?.ticket) return false
    this.#dial = null
    return true
  }
}
