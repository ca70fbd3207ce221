import { createPurse } from '../workers/usage/service.ts'
/**
 * One live conversation: the shell around workers/voice/step.ts. It owns the socket, the storage,
 * the alarm and the order of things; it feeds `step` with events and sees that the effects it asks
 * for happen. Nothing is decided here.
 */
import { ELECTION_MS, judgeDial, judgeReturn, resumeTokenOf } from '../workers/voice/admission.ts'
import { type Config, defaultConfig, updateConfig } from '../workers/voice/config.ts'
import type { Outcome } from '../workers/voice/engine.ts'
import type { Heard } from '../workers/voice/input-audio.ts'
import { LIMITS } from '../workers/voice/limits.ts'
import {
  type ClientEvent,
  type ClientEventOf,
  parseClientEvent,
} from '../workers/voice/protocol.ts'
import {
  type Admission,
  freeLine,
  type KeyedOpening,
  type Opening,
  type Owner,
  TICKET,
} from '../workers/voice/service.ts'
import * as voice from '../workers/voice/session.ts'
import { step, wakeAt } from '../workers/voice/step.ts'
import { loadSession, saveSession } from '../workers/voice/store.ts'
import { events } from '../workers/voice/wire.ts'
import { ReportedObject } from './reported-object.ts'
import { VoiceEar } from './voice-ear.ts'
import { VoiceMetrics } from './voice-metrics.ts'
import { agreeToClose, type Attachment, attachmentOf, turnAway } from './voice-socket.ts'
import { VoiceWork } from './voice-work.ts'

/** Events that come by the dozen; the event that ends them is saved. */
const UNSAVED = new Set<voice.SessionEvent['type']>(['answer_delta', 'audio', 'relayed'])

type Given = Omit<Parameters<typeof voice.openSession>[0], 'maxTurns' | 'maxSpent' | 'at'>

/** RFC 6455, section 7.4.1: the purpose is fulfilled. Any other close may be an accident. */
const HUNG_UP = 1000

export class VoiceSession extends ReportedObject {
  #owner = this.ctx.storage.kv.get<Owner>('owner')
  #session = loadSession(this.ctx.storage.kv)
  /** The session as it was last written. */
  #saved = this.#session
  readonly #ear = new VoiceEar(attachmentOf(this.#sockets()[0])?.inputMs, {
    config: () => (this.#session?.phase === 'open' ? this.#session.config : undefined),
    hear: (heard) => this.#dispatch(heard),
  })
  #alarmAt = Number.POSITIVE_INFINITY
  readonly #metrics = new VoiceMetrics(this.env, this.origin.waitUntil)
  readonly #purse = createPurse()
  readonly #work = new VoiceWork({
    env: this.env,
    execution: this.ctx,
    metrics: this.#metrics,
    owner: () => this.#owner,
    context: () => this.#context(),
    cut: (span) => this.#ear.cut(span),
    happen: (outcome) => this.#dispatch(outcome),
  })
  /** The dial by voice key that is under way. */
  #dial: { ticket: string; since: number } | null = null

  constructor(state: DurableObjectState, env: EdgeEnv) {
    super(state, env)
    this.#dispatch({ type: 'restarted' })
    // A deployment closes sockets and tells nobody.
    const isAlone = this.#sockets().length === 0 && this.#session?.awaySince === null
    if (isAlone && this.#session?.graceMs) this.#dispatch({ type: 'left', isFinal: false })
  }

  /** Prepares the session. The route that asks for it has already checked who is calling. */
  open(owner: Owner, { sessionId: id, model }: Opening): void {
    const resumeToken = resumeTokenOf(id, crypto.randomUUID())
    const config = this.#defaultsOf(model)
    this.#begin(owner, { id, config, graceMs: LIMITS.graceMs, resumeToken })
  }

  /**
   * A dial by voice key, before it connects. The first one writes the session, and with it that the
   * key is used, before anybody is answered.
   */
  async admit(owner: Owner, opening: KeyedOpening): Promise<Admission> {
    const { sessionId: id, model, session, keyExpiresAt, maker } = opening
    const now = { at: Date.now(), keyExpiresAt, maker }
    const verdict = judgeDial(this.#session, this.#dial?.since ?? null, now)
    const ticket = crypto.randomUUID()
    if (verdict !== 'first' && verdict !== 'again') return { verdict, ticket }
    this.#dial = { ticket, since: now.at }
    if (verdict === 'first') {
      const config = updateConfig(this.#defaultsOf(model), session)
      this.#save(this.#begin(owner, { id, config, graceMs: LIMITS.graceMs }))
      await this.ctx.storage.sync()
      await scheduler.wait(ELECTION_MS)
    }
    return { verdict, ticket }
  }

  /** A dial with a resume token beside a credential that is no voice key, before it connects. */
  readmit(owner: Owner, token: string): Admission {
    const who = { token, caller: owner.actor, owner: this.#owner?.actor }
    const verdict = judgeReturn(this.#session, who)
    const ticket = crypto.randomUUID()
    if (verdict === 'again') this.#dial = { ticket, since: Date.now() }
    return { verdict, ticket }
  }

  #defaultsOf(model: string): Config {
    const { TRANSCRIPTION_MODEL: transcription, SPEECH_VOICE } = this.env
    return defaultConfig({ model, transcription, voice: SPEECH_VOICE })
  }

  #begin(owner: Owner, given: Given): voice.Session {
    if (this.#session) throw new Error('a voice session is opened once')
    const maxTurns = Number(this.env.MAX_TURNS)
    const maxSpent = Number(this.env.VOICE_SESSION_DOLLARS) * 1_000_000
    const session = voice.openSession({ ...given, maxTurns, maxSpent, at: Date.now() })
    this.#owner = owner
    this.#session = session
    this.ctx.storage.kv.put('owner', owner)
    this.#metrics.opened(session.id)
    this.#schedule(session)
    return session
  }

  /** Upgrades the caller's request. A session has one socket: by ticket the last one stays. */
  override fetch(request: Request): Response {
    if (!this.#session) return new Response('No such session', { status: 404 })
    const ticket = request.headers.get(TICKET)
    const isFree = ticket === null ? !this.#isTaken() : ticket === this.#dial?.ticket
    if (!isFree) return new Response('In use', { status: 409 })
    this.#dial = null
    const { 0: client, 1: server } = new WebSocketPair()
    if (this.#session.phase === 'ended') turnAway(server)
    else this.#connect(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  #connect(server: WebSocket): void {
    for (const old of this.#sockets()) old.close(1012, 'Another connection took over.')
    this.ctx.acceptWebSocket(server)
    this.#ear.connect()
    this.#dispatch({ type: 'opened' })
  }

  /** Without a ticket only the first one connects, and with a voice key nobody. */
  #isTaken = () => this.#session?.dials !== 0 || this.#session.resumeToken === null

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.reporting(this.#session?.id, () => this.#receive(socket, frame))
  }

  #receive(socket: WebSocket, frame: string | ArrayBuffer): void {
    // What was on its way when another connection took over.
    if (socket.readyState !== WebSocket.OPEN) return
    if (typeof frame !== 'string') {
      const message = 'Send JSON in text frames; audio travels as base64 in them.'
      return this.#refuse(null, 'invalid_frame', message)
    }
    const parsed = parseClientEvent(frame)
    if (!parsed.ok) return this.#dispatch({ type: 'refused', error: parsed.error })
    this.#take(parsed.event)
    socket.serializeAttachment({ inputMs: this.#ear.positionMs } satisfies Attachment)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.reporting(this.#session?.id, () => this.#leave(socket, code === HUNG_UP))
    agreeToClose(socket, code)
  }

  override webSocketError(socket: WebSocket): void {
    this.#leave(socket, false)
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY
    const isOver = this.#session?.phase === 'ended' && Date.now() >= wakeAt(this.#session)
    if (isOver) return this.ctx.storage.deleteAll()
    this.reporting(this.#session?.id, () =>
      this.#dispatch({ type: 'tick', inputMs: this.#ear.positionMs }),
    )
  }

  /** Audio goes into the buffer, everything else to the session. */
  #take(event: ClientEvent): void {
    if (event.type === 'input_audio_buffer.append') return this.#append(event)
    if (event.type === 'input_audio_buffer.clear') {
      this.#ear.clear()
      return this.#dispatch({ type: 'cleared' })
    }
    if (event.type === 'input_audio_buffer.commit') {
      const span = this.#ear.commit()
      return this.#dispatch({ type: 'committed', ...span, eventId: event.event_id ?? null })
    }
    this.#dispatch({ type: 'client', event })
  }

  #append({ audio, event_id }: ClientEventOf<'input_audio_buffer.append'>): void {
    const refusal = this.#ear.append(audio)
    if (refusal) this.#refuse(event_id ?? null, refusal.code, refusal.message)
  }

  #leave(socket: WebSocket, isFinal: boolean): void {
    if (this.#sockets().some((other) => other !== socket)) return
    this.#dispatch({ type: 'left', isFinal })
    this.#ear.hold()
    if (this.#session?.awaySince) this.#freeLine()
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
    for (const effect of effects) this.#run(effect)
    if (session.phase === 'farewell' && before.phase === 'open') this.#metrics.exhausted()
    if (session.phase === 'ended' && before.phase !== 'ended') this.#end(session)
    this.#schedule(session)
  }

  #end({ id, turns, openedAt, activeAt }: voice.Session): void {
    this.#work.end()
    this.#metrics.ended(id)
    this.#freeLine()
    this.#context().log.info('voice session ended', { turns, durationMs: activeAt - openedAt })
  }

  /** A caller who was cut off does not count; who comes back is counted anew. */
  #freeLine(): void {
    const ctx = this.#context()
    if (this.#session) ctx.defer(freeLine(ctx, this.#session.id))
  }

  #save(session: voice.Session): void {
    saveSession(this.ctx.storage.kv, session, this.#saved)
    this.#saved = session
  }

  #run(effect: voice.Effect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.event)
        if (effect.event.type === 'response.done') this.#tellTimes(effect.event.response.id)
        break
      case 'await_silence':
        this.#ear.awaitSilence(effect.ms)
        break
      case 'cancel':
        this.#work.cancel(effect.turn)
        break
      case 'close':
        for (const socket of this.#sockets()) socket.close(effect.code, effect.reason)
        break
      case 'transcribe':
      case 'answer':
      case 'speak':
      case 'finish':
        this.#work.run(effect)
    }
  }

  #context() {
    if (!this.#owner) throw new Error('the session was not opened')
    const ctx = this.contextOf(this.#owner, this.#session?.id)
    return { ...ctx, purse: this.#purse(this.#session?.phase === 'farewell') }
  }

  #tellTimes(responseId: string): void {
    const turn = this.#metrics.takeTurn()
    if (turn) this.#send(events.turnMetrics(responseId, turn))
  }

  #send(event: { type: string }): void {
    const frame = JSON.stringify({ event_id: `event_${crypto.randomUUID()}`, ...event })
    for (const socket of this.#sockets()) socket.send(frame)
  }

  /** Those that are open: one that was closed stays in the platform's list until the other side agrees. */
  #sockets(): WebSocket[] {
    return this.ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN)
  }

  /** Sets the alarm only when it would come too late: an early tick does nothing. */
  #schedule(session: voice.Session): void {
    const at = wakeAt(session)
    if (at >= this.#alarmAt) return
    this.#alarmAt = at
    void this.ctx.storage.setAlarm(at)
  }
}
