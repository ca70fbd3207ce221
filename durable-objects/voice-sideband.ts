/**
 * Supervisors on a session: they hear what is said, whisper to the assistant, or speak in its place.
 * Their sockets are tagged and hibernate with the object; who each one is travels in its attachment.
 */
import { type AuditContext, recordAudit } from '../workers/audit/service.ts'
import { AudioReader, PCM, writerOf } from '../workers/voice/audio-format.ts'
import type { Outcome } from '../workers/voice/engine.ts'
import { encodeAudio, msOfSamples } from '../workers/voice/pcm.ts'
import { conversationOf } from '../workers/voice/presence.ts'
import type { Owner } from '../workers/voice/service.ts'
import type { Session } from '../workers/voice/session.ts'
import { isSound, parseSidebandEvent, type SidebandEvent } from '../workers/voice/sideband.ts'
import { events, type ServerEvent } from '../workers/voice/wire.ts'
import { eventFrame } from './voice-socket.ts'

interface Host {
  session: () => Session | undefined
  dispatch: (outcome: Outcome) => void
  contextOf: (owner: Owner) => AuditContext
}

interface Supervisor {
  owner: Owner
  hears: boolean
  hasTakenOver: boolean
}

const TAG = 'sideband'

/** As many as may follow one session; each costs it a copy of every event. */
const MOST = 5

/** No sound for this long ends what a supervisor says. */
const PAUSE_MS = 800

type Sockets = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'getTags'>

export class VoiceSideband {
  readonly #ctx: Sockets
  readonly #host: Host
  /** Who may connect next, by ticket. */
  readonly #expected = new Map<string, Owner>()
  #reader = new AudioReader()
  #write: ((pcm: Uint8Array) => string) | undefined
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor(ctx: Sockets, host: Host) {
    this.#ctx = ctx
    this.#host = host
  }

  /** @returns a ticket for one connection; null where there is nothing to follow, or too many do */
  expect(owner: Owner): string | null {
    const { phase } = this.#host.session() ?? { phase: 'ended' }
    if (phase === 'ended' || this.#sockets().length >= MOST) return null
    const ticket = crypto.randomUUID()
    // Whoever asked and never came is forgotten by and by.
    if (this.#expected.size >= MOST) this.#expected.clear()
    this.#expected.set(ticket, owner)
    return ticket
  }

  /** Connects whoever has the ticket. @returns undefined when nobody expects it */
  connect(ticket: string | null): Response | undefined {
    const owner = this.#expected.get(ticket ?? '')
    const session = this.#host.session()
    if (ticket === null || !owner || !session) return undefined
    this.#expected.delete(ticket)
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server, [TAG])
    this.#remember(server, { owner, hears: false, hasTakenOver: false })
    for (const event of [events.sessionCreated(session), ...conversationOf(session)]) {
      server.send(eventFrame(event))
    }
    return new Response(null, { status: 101, webSocket: client })
  }

  owns(socket: WebSocket): boolean {
    return this.#ctx.getTags(socket).includes(TAG)
  }

  get isSpeaking(): boolean {
    return this.#sockets().some((socket) => this.#supervisor(socket)?.hasTakenOver)
  }

  /** Passes on what the caller is told. */
  tell(event: ServerEvent): void {
    const sockets = this.#sockets()
    if (sockets.length === 0) return
    const frame = eventFrame(event)
    const wanted = isSound(event) ? this.#listening(sockets) : sockets
    for (const socket of wanted) socket.send(frame)
  }

  /** Passes on what the caller says. @param samples 24 kHz */
  hear(samples: Int16Array): void {
    const listening = this.#listening(this.#sockets())
    if (listening.length === 0) return
    const { buffer, byteOffset, byteLength } = samples
    const frame = eventFrame(
      events.inputDelta(encodeAudio(new Uint8Array(buffer, byteOffset, byteLength))),
    )
    for (const socket of listening) socket.send(frame)
  }

  receive(socket: WebSocket, frame: string | ArrayBuffer): void {
    const supervisor = this.#supervisor(socket)
    if (!supervisor || socket.readyState !== WebSocket.OPEN) return
    const parsed = parseSidebandEvent(typeof frame === 'string' ? frame : '')
    if (parsed.ok) return this.#obey(socket, supervisor, parsed.event)
    socket.send(eventFrame(events.error(parsed.error)))
  }

  /** Whoever speaks and leaves gives the session back. */
  leave(socket: WebSocket): void {
    if (this.#supervisor(socket)?.hasTakenOver) this.#handBack(socket)
  }

  close(): void {
    clearTimeout(this.#pause)
    for (const socket of this.#sockets()) socket.close(1000, 'The session has ended.')
  }

  #obey(socket: WebSocket, supervisor: Supervisor, event: SidebandEvent): void {
    const { owner } = supervisor
    switch (event.type) {
      case 'voiceassist.monitor.update':
        this.#remember(socket, { ...supervisor, hears: event.audio })
        if (event.audio) this.#audit(owner, 'voice.listen')
        return socket.send(eventFrame(events.monitor(event.audio)))
      case 'conversation.item.create': {
        const { text } = event.item.content[0]
        this.#host.dispatch({ type: 'whispered', text })
        this.#audit(owner, 'voice.whisper')
        return this.tell(events.whispered(nameOf(owner), text))
      }
      case 'voiceassist.takeover.start':
        return this.#takeOver(socket, supervisor, event.event_id)
      case 'voiceassist.takeover.end':
        return supervisor.hasTakenOver ? this.#handBack(socket) : undefined
      case 'input_audio_buffer.append':
        return this.#speak(socket, supervisor, event)
      case 'input_audio_buffer.commit':
        return this.#host.dispatch({ type: 'supervisor_paused' })
    }
  }

  #takeOver(socket: WebSocket, supervisor: Supervisor, eventId: string | undefined): void {
    const session = this.#host.session()
    if (!session || session.phase !== 'open' || session.isTakenOver) {
      const message = 'Somebody else has taken over, or the session is ending.'
      return this.#refuse(socket, eventId, 'takeover_refused', message)
    }
    this.#remember(socket, { ...supervisor, hasTakenOver: true })
    this.#reader = new AudioReader()
    this.#write = undefined
    this.#host.dispatch({ type: 'taken_over' })
    this.#audit(supervisor.owner, 'voice.takeover')
    this.tell(events.takeover(nameOf(supervisor.owner)))
  }

  #handBack(socket: WebSocket): void {
    const supervisor = this.#supervisor(socket)
    if (supervisor) this.#remember(socket, { ...supervisor, hasTakenOver: false })
    clearTimeout(this.#pause)
    this.#host.dispatch({ type: 'handed_back' })
    this.tell(events.takeover(null))
  }

  #speak(
    socket: WebSocket,
    { hasTakenOver }: Supervisor,
    { audio, event_id }: Extract<SidebandEvent, { type: 'input_audio_buffer.append' }>,
  ): void {
    const format = this.#host.session()?.config.audio.output.format
    if (!hasTakenOver || !format) {
      const message = 'Send voiceassist.takeover.start first: the assistant has the floor.'
      return this.#refuse(socket, event_id, 'not_taken_over', message)
    }
    const samples = this.#reader.read(audio, PCM)
    if (!samples) {
      const message = 'Audio is base64 of whole samples of audio/pcm.'
      return this.#refuse(socket, event_id, 'invalid_audio', message)
    }
    const { buffer, byteOffset, byteLength } = samples
    this.#write ??= writerOf(format)
    const base64 = this.#write(new Uint8Array(buffer, byteOffset, byteLength))
    this.#host.dispatch({ type: 'supervisor_audio', base64, ms: msOfSamples(samples.length) })
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => this.#host.dispatch({ type: 'supervisor_paused' }), PAUSE_MS)
  }

  #refuse(socket: WebSocket, eventId: string | undefined, code: string, message: string): void {
    const error = { type: 'invalid_request_error' as const, code, message, param: null }
    socket.send(eventFrame(events.error({ ...error, event_id: eventId ?? null })))
  }

  #audit(owner: Owner, event: 'voice.listen' | 'voice.whisper' | 'voice.takeover'): void {
    const resource = { type: 'voice_session', id: this.#host.session()?.id ?? '' }
    recordAudit(this.#host.contextOf(owner), event, { resource })
  }

  #remember(socket: WebSocket, supervisor: Supervisor): void {
    socket.serializeAttachment(supervisor)
  }

  #supervisor(socket: WebSocket): Supervisor | undefined {
    const attachment: unknown = socket.deserializeAttachment()
    return isSupervisor(attachment) ? attachment : undefined
  }

  #listening(sockets: readonly WebSocket[]): WebSocket[] {
    return sockets.filter((socket) => this.#supervisor(socket)?.hears)
  }

  #sockets(): WebSocket[] {
    return this.#ctx.getWebSockets(TAG).filter(({ readyState }) => readyState === WebSocket.OPEN)
  }
}

const isSupervisor = (value: unknown): value is Supervisor =>
  typeof value === 'object' && value !== null && 'owner' in value && 'hears' in value

function nameOf({ actor }: Owner): string {
  if (actor.type === 'user') return actor.userId
  return actor.type === 'key' ? actor.keyId : actor.job
}
