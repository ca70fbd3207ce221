/**
 * What a voice session is: its state, the events that move it and the effects it asks for.
 * How it moves is step.ts. Plain data throughout, so a session can be stored, logged or replayed.
 */
import type { AudioFormat } from './audio-format.ts'
import type { Config, Modality } from './config.ts'
import type { Item } from './items.ts'
import type { ClientEvent, WireError } from './protocol.ts'
import type { Playback } from './speech.ts'
import type { Exchange, FunctionTool, ToolChoice } from './tools.ts'
import type { ServerEvent } from './wire.ts'

export interface Usage {
  inputTokens: number
  outputTokens: number
}

/** The one reply that is being made. */
export interface Response {
  id: string
  /** Names it in late results; those of another turn are dropped. */
  turn: number
  /** waiting: for the transcript of what was said; working: the answer comes. */
  stage: 'waiting' | 'working'
  /** A client that asks twice wants another answer; a turn without words wants none. */
  isAsked: boolean
  /** Null until there is something to say. */
  itemId: string | null
  modality: Modality
  voice: string
  speed: number
  format: AudioFormat
  metadata: Record<string, string> | null
  /** What it is made from instead of the conversation. */
  context: readonly Item[] | null
  /** Made beside the conversation. */
  isAside: boolean
  instructions: string
  tools: FunctionTool[]
  /** Which of the platform's tools may run. */
  platformTools: 'all' | readonly string[]
  toolChoice: ToolChoice
  /** Items of the reply so far, and which of them its message is. */
  outputs: number
  itemIndex: number
  /** Functions the client is asked to run when the rest of the reply is over. */
  calls: readonly Call[]
  /** Text that may be the start of a citation mark, and text still short of a clause. */
  held: string
  rest: string
  /** Handed to speech so far. */
  clauses: readonly string[]
  usage: Usage
}

/** A reply out of band, with the items it has. */
export interface Aside {
  response: Response
  items: readonly Item[]
}

interface Pause {
  id: string
  /** Of the utterance, once the turn has ended there. */
  itemId: string | null
  /** The whole utterance then. */
  span: { fromMs: number; toMs: number } | null
  text: string | null
  /** What ends the turn, by its words. */
  silenceMs: number | null
}

/** An utterance over the assistant that has not taken the floor. How it goes on is overlap.ts. */
export interface Overlap {
  itemId: string
  /** Since when playback is held; null while it goes on. */
  heldAt: number | null
  /** When it goes on, or is cut, whatever is known by then. */
  until: number
  /** What it was, as far as that is known. */
  verdict: 'open' | 'noise' | 'backchannel'
}

/** A reply that is begun before the turn is over; what comes of it waits. See draft.ts. */
export interface Draft {
  turn: number
  asked: Extract<SlowEffect, { type: 'answer' }>
  heard: readonly Extract<SessionEvent, { turn: number }>[]
}

export interface Session {
  id: string
  phase: 'open' | 'farewell' | 'ended'
  config: Config
  items: readonly Item[]
  response: Response | null
  asides: readonly Aside[]
  playback: Playback | null
  /** The item that will hold what is being said right now. */
  speaking: string | null
  /** Where the caller fell silent, and the words until then when they are known. */
  pause: Pause | null
  /** Questions answered, and how many there may be: it bounds what one session can cost. */
  turns: number
  maxTurns: number
  /** A supervisor speaks in the assistant's place. */
  isTakenOver: boolean
  /** What supervisors told the assistant alone, oldest first. */
  whispers: readonly string[]
  /** Calls of the model: replies after functions are no new questions, and cost as much. */
  replies: number
  /** What it has cost, and may cost; micro-dollars. */
  spent: number
  maxSpent: number
  /** Whether last words are due for another reason than the last turn, and why it is closed then. */
  goodbye: 'none' | 'due' | 'said'
  closing: string | null
  /** The last number used in an id. */
  serial: number
  errors: number
  /** How long it waits for a caller who was cut off; 0 where nobody could come back. */
  graceMs: number
  /** Since when nobody is connected; null while somebody is, or where that ends the session. */
  awaySince: number | null
  /** Connections so far. */
  dials: number
  /** What lets its opener come back; null where a voice key does. */
  resumeToken: string | null
  /** When the assistant speaks first, and how often it did since the caller spoke. */
  promptAt: number | null
  prompts: number
  /** Milliseconds since the epoch. */
  openedAt: number
  activeAt: number
  /** What is being entered on a telephone's keys. */
  keys: { digits: string; until: number } | null
  /** Whether its client can hold what it plays, and so may be spoken over without losing it. */
  holdsPlayback: boolean
  /** What is being said over the assistant, until somebody has the floor. */
  overlap: Overlap | null
  /** Whether replies are begun before the turn is over. */
  speculates: boolean
  draft: Draft | null
  /** How often this utterance was transcribed, and a reply to it begun, before it was over. */
  pauses: number
  drafts: number
}

/** A source of the reply, as the knowledge feature gives it. */
export interface Citation {
  number: number
  documentId: string
  title: string
  page: number
  start: number
  end: number
  quote: string
}

/** Events about the sound itself, or about what is kept of it: the conversation never sees them. */
type ShellEvent = `input_audio_buffer.${string}` | 'voiceassist.recording.consent'

type Happening =
  /** A caller connected: the first, or one who comes back. */
  | { type: 'opened' }
  /** The connection ended; `isFinal` when the caller said so. */
  | { type: 'left'; isFinal: boolean }
  /** `inputMs` is the clock of the caller's audio. */
  | { type: 'tick'; inputMs: number }
  | { type: 'restarted' }
  | { type: 'client'; event: Exclude<ClientEvent, { type: ShellEvent }> }
  | { type: 'refused'; error: WireError }
  | { type: 'cleared' }
  | { type: 'speech_started'; fromMs: number }
  | { type: 'speech_stopped'; fromMs: number; toMs: number }
  /** A client's own commit; `eventId` names it in errors. */
  | { type: 'committed'; fromMs: number; toMs: number; eventId: string | null }
  | { type: 'transcribed'; itemId: string; text: string; seconds: number }
  | { type: 'transcription_failed'; itemId: string }
  /** `voicedMs`: what was heard since the voice was last silent. */
  | { type: 'paused'; fromMs: number; toMs: number; voicedMs: number }
  | { type: 'resumed'; fromMs: number }
  | { type: 'heard_so_far'; pause: string; text: string; seconds: number }
  | { type: 'pause_missed'; pause: string }
  /** A call of a provider's was paid. */
  | { type: 'charged'; microDollars: number }
  /** A budget refused one. */
  | { type: 'unaffordable' }
  | { type: 'answer_delta'; turn: number; text: string }
  | { type: 'cited'; turn: number; citation: Citation }
  | { type: 'tool_called'; turn: number; callId: string; name: string; arguments: string }
  | { type: 'tool_returned'; turn: number; callId: string; ok: boolean; content: string }
  | { type: 'filler'; turn: number; text: string }
  | { type: 'answer_ended'; turn: number; usage: Usage; calls: readonly Call[] }
  | { type: 'audio'; turn: number; clause: number; base64: string; ms: number }
  /** Words, or sound, of a model that speaks by itself. */
  | { type: 'relayed'; turn: number; text: string; base64: string; ms: number }
  /** There is no speech now: the clause is shown. */
  | { type: 'unspoken'; turn: number; clause: number }
  /** What made replies has failed, and something else makes them. */
  | { type: 'failed_over'; to: 'cascade' | 'text' }
  | { type: 'clause_spoken' | 'reply_spoken' | 'reply_failed'; turn: number }
  | { type: 'hung_up' }
  /** Words for whoever has just come, before they say anything; may be empty. */
  | { type: 'greeted'; text: string }
  | { type: 'taken_over' }
  | { type: 'handed_back' }
  | { type: 'supervisor_paused' }
  | { type: 'supervisor_audio'; base64: string; ms: number }
  | { type: 'whispered'; text: string }

/** What can happen, and when; results of slow work carry the turn or item they belong to. */
export type SessionEvent = Happening & { at: number }
export type SessionEventOf<Type extends SessionEvent['type']> = Extract<
  SessionEvent,
  { type: Type }
>

export interface Message {
  role: 'user' | 'assistant'
  content: string
}

/** What must be done next: at once, or by calling models, which perform.ts does. */
export type Effect = FastEffect | SlowEffect
type FastEffect =
  | { type: 'send'; event: ServerEvent }
  /** Ends the work on a reply; what it still brings is not wanted. */
  | { type: 'cancel'; turn: number }
  | { type: 'close'; code: 1000 | 1008; reason: string }
  /** The caller's turn ends after so much silence. */
  | { type: 'await_silence'; ms: number }
/** `speak` is carried out in order; `finish` comes after the reply's last words. */
export type SlowEffect =
  | {
      type: 'transcribe'
      itemId: string
      fromMs: number
      toMs: number
      /** The silence that ended the utterance; null when the client committed it. */
      vadMs: number | null
      hints: Hints
      /** Whether the session has instructions or tools, and so is not only answered with proof. */
      isConversation: boolean
      /** The pause it is for, while the turn may go on; null for a whole utterance. */
      pause: string | null
    }
  | ({ type: 'answer'; turn: number } & Question & Manner)
  | {
      type: 'speak'
      turn: number
      clause: number
      text: string
      voice: string
      speed: number
      format: AudioFormat
    }
  | { type: 'finish'; turn: number }

/** What is to be answered. */
export interface Question {
  question: string
  history: Message[]
  /** Functions that were run since, with what they brought. */
  exchanges: Exchange[]
  /** The item that asks it; null when none does. */
  itemId: string | null
  /** Whether the documents are looked at for it. */
  searches: boolean
}

/** What the model is told beside it. */
export type Manner = Pick<
  Response,
  | 'instructions'
  | 'tools'
  | 'platformTools'
  | 'toolChoice'
  | 'modality'
  | 'voice'
  | 'speed'
  | 'format'
>

export interface Call {
  name: string
  arguments: string
}

export interface Hints {
  language?: string
  prompt?: string
}

/** Why the session closes; null when these effects do not close it. */
export function reasonOf(effects: readonly Effect[]): string | null {
  for (const effect of effects) if (effect.type === 'close') return effect.reason
  return null
}

export type Step = readonly [Session, readonly Effect[]]

/** One step after another; the effects of both, in order. */
export function chain([session, effects]: Step, next: (session: Session) => Step): Step {
  const [after, more] = next(session)
  return [after, [...effects, ...more]]
}

/** A number no other id of this session has; ids are the session's, so that steps stay pure. */
export function newId(session: Session, prefix: string): [string, Session] {
  const serial = session.serial + 1
  return [`${prefix}_${session.id.slice(-12)}${serial}`, { ...session, serial }]
}

/** The time by the clock of what is played, which stands still while that is held. */
export const playedAt = ({ overlap }: Session, at: number): number => overlap?.heldAt ?? at

export const send = (...events: ServerEvent[]): Effect[] =>
  events.map((event) => ({ type: 'send', event }))
