/**
 * How signing in slows down. Ten attempts are free, per account and per address; from then on each
 * must wait twice as long as the one before. Nobody is ever shut out: whoever waits may try, a
 * solved challenge need not wait, and who signed in from an address before is counted apart there,
 * so that a stranger cannot make an account's owner wait. Pure; counting is sign-in-client.ts.
 */

export const SIGN_IN = {
  /** Attempts without any wait. */
  free: 10,
  /** Seconds without an attempt, after the last wait is over, that make all forgotten. */
  forgetSeconds: 15 * 60,
  /** Seconds an address is remembered as one that the account's owner signs in from. */
  knownSeconds: 30 * 24 * 3600,
} as const

/** 96 guesses a day is the most a patient stranger gets (NIST SP 800-63B-4 3.2.2 allows 100). */
const LONGEST_SECONDS = 15 * 60

/** Seconds to wait after the 10th attempt, the 11th and so on; the last goes for all later ones. */
export const WAITS: readonly number[] = Array.from({ length: 10 }, (_, step) =>
  Math.min(2 ** (step + 1), LONGEST_SECONDS),
)

/** Whether an answer of the identity Worker says that the password was right. */
export const isSignedIn = (status: number) => status >= 200 && status < 300

/** Whether an attempt was no attempt at all: it was never judged. */
export const isUnjudged = (status: number) => status >= 500

/** For the caller to read: nothing in it tells whether there is such an account. */
export function describeWait(seconds: number, hasChallenge: boolean): string {
  const wait = `Too many attempts to sign in; try again in ${seconds} s`
  return hasChallenge ? `${wait}, or solve the challenge and send turnstileToken.` : `${wait}.`
}
