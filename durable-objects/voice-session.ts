/**
 * One live conversation: the shell around workers/voice/step.ts. It owns the socket, the storage,
 * the alarm and the order of things; it feeds `step` with events and sees that the effects it asks
 * for happen. Nothing is decided here.
 */
import { ELECTION_MS, resumeTokenOf } from '../workers/voice/admission.ts'
import { updateConfig } from '../workers/voice/config.ts'
import type { Outcome } from '../workers/voice/engine.ts'
import type { Heard } from '../workers/voice/input-audio.ts'
import { LIMITS } from '../workers/voice/limits.ts'
import { listeningOf, silenceOf } from '../workers/voice/listening.ts'
import { boundsOf, openSession } from '../workers/voice/opening.ts'
import { type ClientEvent, parseClientEvent } from '../workers/voice/protocol.ts'
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
import { loadSession, saveSession, UNSAVED } from '../workers/voice/store.ts'
import type { ServerEvent } from '../workers/voice/wire.ts'
import { ReportedObject } from './reported-object.ts'
import { VoiceArchive } from './voice-archive.ts'
import { VoiceDoor } from './voice-door.ts'
import { isSound, VoiceEar } from './voice-ear.ts'
import { VoiceHost } from './voice-host.ts'
import { VoiceLine } from './voice-line.ts'
import { VoiceMetrics } from './voice-metrics.ts'
import { VoiceSideband } from './voice-sideband.ts'
import { agreeToClose, turnAway } from './voice-socket.ts'
import { VoiceWork } from './voice-work.ts'

type Given = Omit<Parameters<typeof openSession>[0], 'at' | keyof ReturnType<typeof boundsOf>>

/** RFC 6455, section 7.4.1: the purpose is fulfilled. Any other close may be an accident. */
const HUNG_UP = 1000

export class VoiceSession extends ReportedObject {
  #owner = this.ctx.storage.kv.get<Owner>('owner')
  #session = loadSession(this.ctx.storage.kv)
  /** The session as it was last written. */
  #saved = this.#session
  readonly #caller = new VoiceLine(this.ctx)
  readonly #sideband = new VoiceSideband(this.ctx, {
    session: () => this.#session,
    dispatch: (outcome) => this.#dispatch(outcome),
    contextOf: (owner) => this.contextOf(owner, this.#session?.id),
  })
  readonly #ear = new VoiceEar(this.#caller.inputMs, {
    config: () => (this.#session?.phase === 'open' ? this.#session.config : undefined),
    detection: () => (this.#session ? listeningOf(this.#session) : null),
    hear: (heard) => this.#dispatch(heard),
    record: (samples) => {
      this.#archive.hearCaller(samples)
      this.#sideband.hear(samples)
    },
  })
  readonly #archive = new VoiceArchive(this.ctx.storage, this.#session, {
    context: () => this.#context(),
    wake: () => this.#session && this.#schedule(this.#session),
  })
  #alarmAt = Number.POSITIVE_INFINITY
  readonly #metrics = new VoiceMetrics(this.env, this.origin.waitUntil)
  readonly #host = new VoiceHost(this.ctx.storage.kv)
  readonly #work = new VoiceWork({
    env: this.env,
    execution: this.ctx,
    metrics: this.#metrics,
    owner: () => this.#owner,
    context: () => this.#context(),
    cut: (span) => this.#ear.cut(span),
    happen: (outcome) => this.#dispatch(outcome),
  })
  readonly #door = new VoiceDoor()

  constructor(state: DurableObjectState, env: EdgeEnv) {
    super(state, env)
    this.#dispatch({ type: 'restarted' })
    // A deployment closes sockets and tells nobody.
    const isAlone = !this.#caller.isTaken && this.#session?.awaySince === null
    if (isAlone && this.#session?.graceMs) this.#dispatch({ type: 'left', isFinal: false })
    const isTakenOver = this.#session?.isTakenOver === true
    if (isTakenOver && !this.#sideband.isSpeaking) this.#dispatch({ type: 'handed_back' })
  }

  /** Prepares the session. The route that asks for it has already checked who is calling. */
  open(owner: Owner, opening: Opening): void {
    const { id, config } = this.#host.prepare(this.env, opening)
    const resumeToken = resumeTokenOf(id, crypto.randomUUID())
    this.#begin(owner, { id, config, graceMs: LIMITS.graceMs, resumeToken }, opening)
  }

  /**
   * A dial by voice key, before it connects. The first one writes the session, and with it that the
   * key is used, before anybody is answered.
   */
  async admit(owner: Owner, opening: KeyedOpening): Promise<Admission> {
    const admission = this.#door.judge(this.#session, opening)
    if (admission.verdict === 'first') {
      const { id, config: begun } = this.#host.prepare(this.env, opening)
      const config = updateConfig(begun, opening.session)
      this.#save(this.#begin(owner, { id, config, graceMs: LIMITS.graceMs }, opening))
      await this.ctx.storage.sync()
      await scheduler.wait(ELECTION_MS)
    }
    return admission
  }

  /** A dial with a resume token beside a credential that is no voice key, before it connects. */
  readmit(owner: Owner, token: string): Admission {
    const who = { token, caller: owner.actor, owner: this.#owner?.actor }
    return this.#door.judgeReturn(this.#session, who)
  }

  #begin(owner: Owner, given: Given, opening: Opening): voice.Session {
    if (this.#session) throw new Error('a voice session is opened once')
    const session = openSession({ ...given, ...boundsOf(this.env), at: Date.now() })
    this.#owner = owner
    this.#session = this.#host.take(session, opening)
    this.ctx.storage.kv.put('owner', owner)
    this.#metrics.opened(session.id)
    this.#archive.begin(session, owner.actor)
    this.#schedule(session)
    return this.#session
  }

  /** Upgrades the caller's request. A session has one socket: by ticket the last one stays. */
  override fetch(request: Request): Response {
    if (!this.#session) return new Response('No such session', { status: 404 })
    const ticket = request.headers.get(TICKET)
    const watched = this.#sideband.connect(ticket)
    if (watched) return watched
    const isFree = ticket === null ? !this.#isTaken() : this.#door.admits(ticket)
    if (!isFree) return new Response('In use', { status: 409 })
    const { 0: client, 1: server } = new WebSocketPair()
    if (this.#session.phase === 'ended') turnAway(server)
    else this.#connect(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  #connect(server: WebSocket): void {
    this.#caller.connect(server)
    this.#ear.connect()
    this.#dispatch({ type: 'opened' })
    this.#dispatch({ type: 'greeted', text: this.#host.greetingFor(this.#session) })
  }

  /** Without a ticket only the first one connects, and with a voice key nobody. */
  #isTaken = () => this.#session?.dials !== 0 || this.#session.resumeToken === null

  /** A supervisor may follow the session. @returns a ticket; null where there is nothing to follow */
  watch(owner: Owner): string | null {
    return this.#sideband.expect(owner)
  }

  /** @returns whether there was a session to end */
  hangUp(): boolean {
    const wasLive = this.#session !== undefined && this.#session.phase !== 'ended'
    this.#dispatch({ type: 'hung_up' })
    return wasLive
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.reporting(this.#session?.id, () => this.#receive(socket, frame))
  }

  #receive(socket: WebSocket, frame: string | ArrayBuffer): void {
    // What was on its way when another connection took over.
    if (socket.readyState !== WebSocket.OPEN) return
    if (this.#sideband.owns(socket)) return this.#sideband.receive(socket, frame)
    const parsed = parseClientEvent(frame)
    if (!parsed.ok) return this.#dispatch({ type: 'refused', error: parsed.error })
    this.#take(parsed.event)
    this.#caller.remember(socket, { inputMs: this.#ear.positionMs })
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
    if (isOver || !this.#session) return await this.#archive.retire()
    this.reporting(this.#session.id, () =>
      this.#dispatch({ type: 'tick', inputMs: this.#ear.positionMs }),
    )
    if (Date.now() >= this.#archive.dueAt) await this.#archive.flush()
  }

  /** Ends the session, if it runs, and keeps nothing of it; what is elsewhere is the caller's to erase. */
  async forget(): Promise<void> {
    this.#dispatch({ type: 'left', isFinal: true })
    this.#caller.close(HUNG_UP, 'The session was erased.')
    await this.#archive.abandon()
    this.#session = undefined
  }

  /** Audio goes into the buffer, everything else to the session. */
  #take(event: ClientEvent): void {
    if (isSound(event)) return this.#ear.take(event)
    if (event.type === 'voiceassist.recording.consent') {
      return void this.#archive.consent(event.granted).then((told) => this.#send(told))
    }
    this.#dispatch({ type: 'client', event })
  }

  #leave(socket: WebSocket, isFinal: boolean): void {
    if (this.#sideband.owns(socket)) return this.#sideband.leave(socket)
    if (this.#caller.isTakenBeside(socket)) return
    this.#dispatch({ type: 'left', isFinal })
    this.#ear.hold()
    if (this.#session?.awaySince) this.#freeLine()
  }

  #dispatch(outcome: Outcome | Heard): void {
    const before = this.#session
    if (!before) return
    if (outcome.type === 'speech_stopped') this.#metrics.turnEnded(silenceOf(before))
    if (outcome.type === 'committed') this.#metrics.turnEnded(null)
    const [session, effects] = step(before, { ...outcome, at: Date.now() })
    this.#session = session
    if (session !== before && !UNSAVED.has(outcome.type)) this.#save(session)
    for (const effect of effects) this.#run(effect)
    if (session.phase === 'farewell' && before.phase === 'open') this.#metrics.exhausted()
    const hasEnded = session.phase === 'ended' && before.phase !== 'ended'
    if (hasEnded) this.#end(session, voice.reasonOf(effects))
    this.#schedule(session)
  }

  #end({ id, turns, openedAt, activeAt }: voice.Session, reason: string | null): void {
    this.#work.end()
    this.#archive.end(reason)
    this.#sideband.close()
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
    this.#archive.note(session)
    this.#saved = session
  }

  #run(effect: voice.Effect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.event)
        for (const more of this.#metrics.after(effect.event)) this.#send(more)
        break
      case 'await_silence':
        this.#ear.awaitSilence(effect.ms)
        break
      case 'cancel':
        this.#work.cancel(effect.turn)
        break
      case 'close':
        this.#caller.close(effect.code, effect.reason)
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
    return this.#host.equip(this.contextOf(this.#owner, this.#session?.id), this.#session)
  }

  #send(event: ServerEvent): void {
    this.#archive.observe(event, this.#session?.response?.format)
    this.#caller.send(event)
    this.#sideband.tell(event)
  }

  /** Sets the alarm only when it would come too late: an early tick does nothing. */
  #schedule(session: voice.Session): void {
    const at = Math.min(wakeAt(session), this.#archive.dueAt)
    if (at >= this.#alarmAt) return
    this.#alarmAt = at
    void this.ctx.storage.setAlarm(at)
  }
}
