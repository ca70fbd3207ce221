/** What a voice session may take, in one place. Numbers only; who enforces them says so there. */

/** Hz of every sample in and out: the protocol's `audio/pcm`, 16-bit little-endian, mono. */
export const SAMPLE_RATE = 24_000

export const LIMITS = {
  /** Base64 characters of one append, as the protocol has it. */
  appendChars: 15 * 1024 * 1024,
  /** Less than this cannot be committed; as OpenAI answers it. */
  minUtteranceMs: 100,
  /** A longer one is cut here and counts as finished. */
  maxUtteranceMs: 60_000,
  items: 500,
  /** Items one reply may be given instead of the conversation. */
  inputItems: 64,
  /** Characters of one text in an item: what a question may have. */
  textChars: 4000,
  instructionsChars: 16_384,
  /** Functions of the client's, and characters of all of them as JSON. */
  tools: 128,
  toolsChars: 65_536,
  /** Remarks of supervisors that the assistant goes by; the newest. */
  whispers: 20,
  /** Characters of what a function brought. */
  outputChars: 16_000,
  /** Replies per question at most: the first, and those after the client ran functions. */
  repliesPerTurn: 4,
  /** Replies out of band at once. */
  asides: 4,
  /** Times in a row the assistant speaks first to a caller who says nothing. */
  prompts: 3,
  /** Earlier messages a question is understood by, and characters of each. */
  historyMessages: 20,
  historyChars: 8000,
  /** Failed client events after which a session is closed. */
  errors: 100,
  /** Without a word, a client event or a reply. */
  idleMs: 5 * 60_000,
  /** As the protocol's own sessions. */
  sessionMs: 60 * 60_000,
  /** For the holder of a voice key to come back after the connection was lost. */
  graceMs: 120_000,
  /** How long an ended session's transcript stays in its object. */
  retainMs: 24 * 3_600_000,
}
