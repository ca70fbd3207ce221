/** Dials by voice key or resume token: one at a time is let in, by the ticket it was given. */
import { judgeDial, judgeReturn } from '../workers/voice/admission.ts'
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

  /** The same for a dial with a resume token, which no other one hinders. */
  judgeReturn(session: Session | undefined, who: Parameters<typeof judgeReturn>[1]): Admission {
    const verdict = judgeReturn(session, who)
    const ticket = crypto.randomUUID()
    if (verdict === 'again') this.#dial = { ticket, since: Date.now() }
    return { verdict, ticket }
  }

  /** Whether the ticket is of the dial that is under way; it is used up. */
  admits(ticket: string): boolean {
    if (ticket !== this.#dial?.ticket) return false
    this.#dial = null
    return true
  }
}
