/** A voice session before anything has happened in it. */
import type { Config } from './config.ts'
import type { Session } from './session.ts'

/** What the deployment grants each session. */
export const boundsOf = (env: {
  readonly MAX_TURNS: string
  readonly VOICE_SESSION_DOLLARS: string
  readonly VOICE_ENGINE: string
}) => ({
  maxTurns: Number(env.MAX_TURNS),
  maxSpent: Number(env.VOICE_SESSION_DOLLARS) * 1_000_000,
  // A speech model hears the utterance itself, when it is over.
  speculates: env.VOICE_ENGINE !== 'relay',
})

export function openSession(options: {
  id: string
  config: Config
  maxTurns: number
  /** Micro-dollars. */
  maxSpent?: number
  speculates?: boolean
  graceMs: number
  resumeToken?: string
  at: number
}): Session {
  const { at, resumeToken = null, speculates = false, ...given } = options
  return {
    maxSpent: Number.POSITIVE_INFINITY,
    ...given,
    resumeToken,
    speculates,
    spent: 0,
    goodbye: 'none',
    closing: null,
    phase: 'open',
    items: [],
    response: null,
    asides: [],
    playback: null,
    speaking: null,
    pause: null,
    overlap: null,
    draft: null,
    keys: null,
    pauses: 0,
    drafts: 0,
    holdsPlayback: false,
    turns: 0,
    isTakenOver: false,
    whispers: [],
    replies: 0,
    serial: 0,
    errors: 0,
    awaySince: given.graceMs > 0 ? at : null,
    dials: 0,
    promptAt: null,
    prompts: 0,
    openedAt: at,
    activeAt: at,
  }
}
