/** Plays events against a session from its start and collects what it asks for. */
import { defaultConfig } from '../../../workers/voice/config.ts'
import { openSession } from '../../../workers/voice/opening.ts'
import { type ClientEvent, parseClientEvent } from '../../../workers/voice/protocol.ts'
import {
  type Call,
  type Effect,
  type Session,
  type SessionEvent,
} from '../../../workers/voice/session.ts'
import { step } from '../../../workers/voice/step.ts'
import type { ServerEvent } from '../../../workers/voice/wire.ts'

/** An event without its time; `play` sets the clock. */
export type Outcome = SessionEvent extends infer Event
  ? Event extends SessionEvent
    ? Omit<Event, 'at'>
    : never
  : never

export const START = 1_800_000_000_000

export function open({ maxTurns = 3, graceMs = 0 } = {}): Session {
  const models = { model: 'voiceassist', transcription: 'heard', voice: 'alloy' }
  const config = defaultConfig(models)
  return openSession({ id: '0190-abcdef012345', config, maxTurns, graceMs, at: START })
}

export function createPlayer(session = open()) {
  const effects: Effect[] = []
  let at = START
  const player = {
    get session() {
      return session
    },
    get at() {
      return at
    },
    get effects() {
      return effects
    },
    wait(ms: number) {
      at += ms
      return player
    },
    /** The effects of this event. */
    happen(outcome: Outcome): readonly Effect[] {
      const [next, more] = step(session, { ...outcome, at })
      session = next
      effects.push(...more)
      return more
    },
    /** The server events that follow a client's event, which must be of the protocol. */
    send(event: object): ServerEvent[] {
      const parsed = parseClientEvent(JSON.stringify(event))
      if (!parsed.ok) return sentOf(player.happen({ type: 'refused', error: parsed.error }))
      return sentOf(player.happen({ type: 'client', event: asConversational(parsed.event) }))
    },
    /** One spoken question up to the point where the model is asked. */
    ask(text: string, fromMs = 0) {
      player.happen({ type: 'speech_started', fromMs })
      player.happen({ type: 'speech_stopped', fromMs, toMs: fromMs + 1000 })
      const itemId =
        session.items.findLast((item) => item.type === 'message' && item.role === 'user')?.id ?? ''
      player.happen({ type: 'transcribed', itemId, text, seconds: 1 })
      return itemId
    },
    /** The whole reply to the question before: text, then `ms` of audio per clause. */
    answer(text: string, ms = 1000, calls: Call[] = []) {
      const turn = turnOf(session)
      const asked = [
        ...player.happen({ type: 'answer_delta', turn, text }),
        ...player.happen({ type: 'answer_ended', turn, usage: USAGE, calls }),
      ]
      for (const effect of asked) {
        if (effect.type !== 'speak') continue
        player.happen({ type: 'audio', turn, clause: effect.clause, base64: 'AAAA', ms })
        player.happen({ type: 'clause_spoken', turn })
      }
      return turn
    },
  }
  return player
}

export const USAGE = { inputTokens: 20, outputTokens: 5 }

export const turnOf = ({ response }: Session) => response?.turn ?? -1

export const sentOf = (effects: readonly Effect[]): ServerEvent[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [effect.event] : []))

export const typesOf = (effects: readonly Effect[]) => sentOf(effects).map(({ type }) => type)

/** Audio buffer events never reach `step`: the buffer takes them. */
function asConversational(event: ClientEvent) {
  const { type } = event
  if (event.type === 'input_audio_buffer.append' || event.type === 'input_audio_buffer.commit')
    throw new Error(`${type} is the buffer's`)
  if (event.type === 'input_audio_buffer.clear') throw new Error(`${type} is the buffer's`)
  if (event.type === 'voiceassist.recording.consent') throw new Error(`${type} is the archive's`)
  return event
}
