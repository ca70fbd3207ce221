/**
 * What makes words of sound and replies of words. `cascade` (perform.ts) transcribes, asks a model and
 * speaks; `relay` (relay-service.ts) lets one speech model do all of it. Either only carries out effects
 * and yields what they bring: conversation, clock and interruption are step.ts, the same for both.
 */
import type { SessionEvent, SlowEffect } from './session.ts'

/** An event still without its time, which is when it reaches the session. */
export type Outcome = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, 'at'>
    : never
  : never

/** How long the stages of an answer took, in milliseconds; nothing the session moves by. */
export interface Measured {
  type: 'measured'
  timings: Readonly<Record<string, number>>
}

export interface Engine<Context> {
  readonly name: 'cascade' | 'relay'
  /**
   * @param utterance The samples of a `transcribe` effect's span; empty for the others.
   * @param signal Aborted when the reply is cancelled; the generator then throws.
   */
  perform(
    ctx: Context,
    effect: SlowEffect,
    utterance: Int16Array<ArrayBuffer>,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome | Measured>
  /** Lets go of whatever it holds open. */
  close(): void
}
