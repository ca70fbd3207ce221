/**
 * How much of a spoken item was sent and heard. The server keeps the clock: audio leaves faster
 * than it plays, so what was heard follows from when it was sent, unless a client says better.
 */

/** A piece of the reply as it lies in the item's audio. */
interface Clause {
  text: string
  fromMs: number
  /** Null while its audio is still being made. */
  toMs: number | null
}

export interface Speech {
  clauses: readonly Clause[]
  sentMs: number
  /** Where it was cut off; null when it was not. Never more than `sentMs`. */
  cutMs: number | null
}

export const SILENT_SPEECH: Speech = { clauses: [], sentMs: 0, cutMs: null }

/** What a client is playing, or was last. */
export interface Playback {
  responseId: string
  itemId: string
  /** When everything sent so far will have been played; milliseconds since the epoch. */
  endsAt: number
}

/** Adds audio of a clause; a clause begins with its first piece, and ends those before it. */
export function addAudio(speech: Speech, clause: number, text: string, ms: number): Speech {
  const { clauses, sentMs } = speech
  const sent = { ...speech, sentMs: sentMs + ms }
  if (clause < clauses.length) return sent
  const opened = { text, fromMs: sentMs, toMs: null }
  return { ...sent, clauses: [...endClause(speech).clauses, opened] }
}

/** Adds to the newest clause, or begins one, of speech whose words and sound come apart. */
export function addRelayed(speech: Speech, text: string, ms: number): Speech {
  const { clauses, sentMs } = speech
  const last = clauses.at(-1)
  const grown =
    last?.toMs === null
      ? [...clauses.slice(0, -1), { ...last, text: last.text + text }]
      : [...clauses, { text, fromMs: sentMs, toMs: null }]
  return { ...speech, clauses: grown, sentMs: sentMs + ms }
}

/** Marks the newest clause as complete. */
export function endClause(speech: Speech): Speech {
  const { clauses, sentMs } = speech
  return { ...speech, clauses: clauses.map((one) => ({ ...one, toMs: one.toMs ?? sentMs })) }
}

/** Cuts at `ms`, which is brought into the range of what was sent. */
export function cutSpeech(speech: Speech, ms: number): Speech {
  return { ...speech, cutMs: Math.round(Math.min(Math.max(ms, 0), speech.sentMs)) }
}

/** What has been played at `at`, by the clock. Assumes that a client plays without pause. */
export function heardMs({ sentMs }: Speech, { endsAt }: Playback, at: number): number {
  return Math.max(0, sentMs - Math.max(0, endsAt - at))
}

/** The words of the item: all that were sent or, when it was cut, those that were heard. */
export function transcriptOf({ clauses, cutMs }: Speech): string {
  if (cutMs === null)
    return clauses
      .map(({ text }) => text)
      .join('')
      .trimEnd()
  const heard = clauses
    .filter(({ fromMs }) => fromMs < cutMs)
    .map((clause) => {
      const { text, fromMs, toMs } = clause
      const ms = toMs === null ? weightOf(text) * MS_PER_WEIGHT : toMs - fromMs
      return wordsWithin(text, (cutMs - fromMs) / Math.max(1, ms))
    })
  return heard.join('').trimEnd()
}

/** Speech at a usual pace (some 170 words a minute), for a clause whose end is not known. */
const MS_PER_WEIGHT = 42

/** Time a word takes beside its letters; short words take longer than their letters say. */
const WORD_WEIGHT = 3

/** A word and the white space behind it. Without white space (CJK), the whole is one word. */
const WORD = /\S+\s*/gu

const encoder = new TextEncoder()
/** Bytes follow the length of sounds closer than characters do: one CJK character is a syllable. */
const weightOfWord = (word: string) => encoder.encode(word.trim()).length + WORD_WEIGHT

const weightOf = (text: string) =>
  (text.match(WORD) ?? []).reduce((sum, word) => sum + weightOfWord(word), 0)

/** The words that end within `share` of the text's duration. */
function wordsWithin(text: string, share: number): string {
  if (share >= 1) return text
  const limit = weightOf(text) * share
  let weight = 0
  const heard = (text.match(WORD) ?? []).filter((word) => (weight += weightOfWord(word)) <= limit)
  return heard.join('')
}
