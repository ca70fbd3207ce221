/**
 * One live conversation: the shell around workers/voice/step.ts. It owns the socket, the storage,
 * the alarm and the order of things; it feeds `step` with events and sees that the effects it asks
 * for happen. Nothing is decided here.
 */
import { DurableObject } from 'cloudflare:workers'
import { edgeContext } from '../workers/edge-context.ts'
import { defaultConfig, detectionOf } from '../workers/voice/config.ts'
import { type Heard, InputAudio } from '../workers/voice/input-audio.ts'
import { decodeAudio } from '../workers/voice/pcm.ts'
import { type Outcome, perform } from '../workers/voice/perform.ts'
import {
  type ClientEvent,
  type ClientEventOf,
  parseClientEvent,
} from '../workers/voice/protocol.ts'
import type { Owner } from '../workers/voice/service.ts'
import * as voice from '../workers/voice/session.ts'
import { step, wakeAt } from '../workers/voice/step.ts'
import { loadSession, saveSession } from '../workers/voice/store.ts'

/** Survives hibernation without a write: where the clock of the input audio stands. */
interface Attachment {
  inputMs: number
}

/** Events that come by the dozen; the event that ends them is saved. */
const UNSAVED = new Set<voice.SessionEvent['type']>(['answer_delta', 'audio'])

/** An object with a timer does not hibernate; sound that is not committed is in memory only. */
const PIN_MS = 500

/** No frame for this long ends speech; networks stall for less, and clients mute for more. */
const STALL_MS = 1500

export class VoiceSession extends DurableObject<EdgeEnv> {
  #owner = this.ctx.storage.kv.get<Owner>('owner')
  #session = loadSession(this.ctx.storage.kv)
  /** The session as it was last written. */
  #saved = this.#session
  #input = new InputAudio(this.#attachment()?.inputMs)
  #heardAt = 0
  /** The tail of the speech queue: clauses leave in the order they were asked for. */
  #speech = Promise.resolve()
  #reply = new AbortController()
  /** Ends everything when the session does. */
  readonly #line = new AbortController()
  #alarmAt = Number.POSITIVE_INFINITY
  #pin: ReturnType<typeof setInterval> | undefined

  constructor(state: DurableObjectState, env: EdgeEnv) {
    super(state, env)
    this.#dispatch({ type: 'restarted' })
  }

  /** Prepares the session. The route that asks for it has already checked who is calling. */
  open(owner: Owner, { sessionId, model }: { sessionId: string; model: string }): void {
    if (this.#session) throw new Error('a voice session is opened once')
    const { TRANSCRIPTION_MODEL: transcription, SPEECH_VOICE, MAX_TURNS } = this.env
    const config = defaultConfig({ model, transcription, voice: SPEECH_VOICE })
    const maxTurns = Number(MAX_TURNS)
    this.#owner = owner
    this.#session = voice.openSession({ id: sessionId, config, maxTurns, at: Date.now() })
    this.ctx.storage.kv.put('owner', owner)
  }

  /** Upgrades the caller's request; a session has one socket. */
  override fetch(): Response {
    if (!this.#session) return new Response('No such session', { status: 404 })
    if (this.ctx.getWebSockets().length > 0) return new Response('In use', { status: 409 })
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    this.#dispatch({ type: 'opened' })
    return new Response(null, { status: 101, webSocket: client })
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    if (typeof frame !== 'string') {
      const message = 'Send JSON in text frames; audio travels as base64 in them.'
      return this.#refuse(null, 'invalid_frame', message)
    }
    const parsed = parseClientEvent(frame)
    if (!parsed.ok) return this.#dispatch({ type: 'refused', error: parsed.error })
    this.#take(parsed.event)
    socket.serializeAttachment({ inputMs: this.#input.positionMs } satisfies Attachment)
  }

  override webSocketClose(): void {
    this.#leave()
  }

  override webSocketError(): void {
    this.#leave()
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY
    const isOver = this.#session?.phase === 'ended' && Date.now() >= wakeAt(this.#session)
    if (isOver) return this.ctx.storage.deleteAll()
    this.#dispatch({ type: 'tick' })
  }

  /** Audio goes into the buffer, everything else to the session. */
  #take(event: ClientEvent): void {
    if (event.type === 'input_audio_buffer.append') return this.#append(event)
    if (event.type === 'input_audio_buffer.clear') {
      this.#input.clear()
      return this.#dispatch({ type: 'cleared' })
    }
    if (event.type === 'input_audio_buffer.commit') {
      const span = this.#input.commit()
      return this.#dispatch({ type: 'committed', ...span, eventId: event.event_id ?? null })
    }
    this.#dispatch({ type: 'client', event })
  }

  #append({ audio, event_id }: ClientEventOf<'input_audio_buffer.append'>): void {
    const eventId = event_id ?? null
    if (this.#session?.phase !== 'open') return
    const samples = decodeAudio(audio)
    if (!samples) {
      const message = 'Audio is base64 of 16-bit samples, little-endian.'
      return this.#refuse(eventId, 'invalid_audio', message)
    }
    const detection = detectionOf(this.#session.config)
    if (!this.#input.hasRoom(samples.length, detection)) {
      const message = 'The buffer holds one minute; commit or clear it first.'
      return this.#refuse(eventId, 'input_audio_buffer_full', message)
    }
    this.#heardAt = Date.now()
    for (const heard of this.#input.append(samples, detection)) this.#dispatch(heard)
    if (this.#input.holdsSound(detection)) this.#pin ??= setInterval(() => this.#hold(), PIN_MS)
  }

  /** Runs while there is sound to hold. A client that falls silent mid-word sends no silence. */
  #hold(): void {
    const detection = this.#session ? detectionOf(this.#session.config) : null
    const isStalled = detection !== null && Date.now() - this.#heardAt >= STALL_MS
    if (isStalled) for (const heard of this.#input.endSpeech()) this.#dispatch(heard)
    if (this.#session?.phase === 'open' && this.#input.holdsSound(detection)) return
    clearInterval(this.#pin)
    this.#pin = undefined
  }

  #leave(): void {
    this.#dispatch({ type: 'left' })
    this.#hold()
  }

  #refuse(eventId: string | null, code: string, message: string): void {
    const error = { type: 'invalid_request_error' as const, code, message, param: null }
    this.#dispatch({ type: 'refused', error: { ...error, event_id: eventId } })
  }

  #dispatch(outcome: Outcome | Heard): void {
    const before = this.#session
    if (!before) return
    const [session, effects] = step(before, { ...outcome, at: Date.now() })
    this.#session = session
    if (session !== before && !UNSAVED.has(outcome.type)) this.#save(session)
    for (const effect of effects) this.#run(effect, this.#reply.signal)
    if (session.phase === 'ended' && before.phase !== 'ended') this.#end(session)
    this.#schedule(session)
  }

  #end({ id, turns, openedAt, activeAt }: voice.Session): void {
    this.#line.abort()
    const durationMs = activeAt - openedAt
    this.#context().log.info('voice session ended', { session_id: id, turns, durationMs })
  }

  #save(session: voice.Session): void {
    saveSession(this.ctx.storage.kv, session, this.#saved)
    this.#saved = session
  }

  #run(effect: voice.Effect, signal: AbortSignal): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.event)
        break
      case 'cancel':
        this.#reply.abort()
        this.#reply = new AbortController()
        break
      case 'close':
        for (const socket of this.ctx.getWebSockets()) socket.close(effect.code, effect.reason)
        break
      case 'transcribe':
      case 'answer':
        void this.#perform(effect, signal)
        break
      case 'speak':
      case 'finish':
        this.#speech = this.#speech.then(() => this.#perform(effect, signal))
    }
  }

  /** Work of a cancelled reply ends silently; failed work becomes an event. */
  async #perform(effect: voice.SlowEffect, reply: AbortSignal): Promise<void> {
    const isReply = effect.type !== 'transcribe'
    const signal = isReply ? AbortSignal.any([reply, this.#line.signal]) : this.#line.signal
    const utterance = isReply ? new Int16Array() : this.#input.cut(effect)
    const ctx = this.#context()
    try {
      for await (const outcome of perform(ctx, effect, utterance, signal)) {
        if (signal.aborted) return
        this.#dispatch(outcome)
      }
    } catch (error) {
      if (signal.aborted) return
      ctx.log.error('voice effect failed', { effect: effect.type, error })
      if (isReply) this.#dispatch({ type: 'reply_failed', turn: effect.turn })
      else this.#dispatch({ type: 'transcription_failed', itemId: effect.itemId })
    }
  }

  #context() {
    if (!this.#owner) throw new Error('the session was not opened')
    const waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work)
    return edgeContext(this.env, { ...this.#owner, waitUntil })
  }

  #send(event: { type: string }): void {
    const frame = JSON.stringify({ event_id: `event_${crypto.randomUUID()}`, ...event })
    for (const socket of this.ctx.getWebSockets()) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    }
  }

  /** Sets the alarm only when it would come too late: an early tick does nothing. */
  #schedule(session: voice.Session): void {
    const at = wakeAt(session)
    if (at >= this.#alarmAt) return
    this.#alarmAt = at
    void this.ctx.storage.setAlarm(at)
  }

  #attachment(): Attachment | undefined {
    const [socket] = this.ctx.getWebSockets()
    const attachment: unknown = socket?.deserializeAttachment()
    return isAttachment(attachment) ? attachment : undefined
  }
}

const isAttachment = (value: unknown): value is Attachment =>
  typeof value === 'object' && value !== null && 'inputMs' in value
