/**
 * `VoiceClient`: one spoken conversation from a browser over the OpenAI Realtime protocol.
 * Microphone, playback, barge-in and transcripts; the words themselves come from the server.
 */
import { fromFailure, VoiceAssistError } from './errors.ts'
import type { GetToken } from './transport.ts'
import { openMicrophone, type Microphone } from './voice/microphone.ts'
import { levelOf, toBase64 } from './voice/pcm.ts'
import type { Heard } from './voice/playback-queue.ts'
import { Player } from './voice/player.ts'
import { type Failure, readSignal, type Signal, type TurnTimes } from './voice/signals.ts'
import { openSocket, type RealtimeSocket } from './voice/socket.ts'
import { openSpeaker } from './voice/speaker.ts'
import type { LineChange } from './voice/transcript.ts'

/** `hearing` while the user speaks, `thinking` until the first sound of the reply. */
export type VoiceState = 'idle' | 'connecting' | 'listening' | 'hearing' | 'thinking' | 'speaking'

export type VoiceEvent =
  | { type: 'state'; state: VoiceState }
  | { type: 'line'; change: LineChange }
  /** Root mean square, 0 to 1; the user's every 40 ms, the assistant's with each piece of audio. */
  | { type: 'level'; speaker: 'user' | 'assistant'; level: number }
  /** The user spoke over the assistant. */
  | { type: 'interrupted' }
  /** What the turn that ended took. */
  | { type: 'measured'; times: TurnTimes }
  | { type: 'recording'; isRecording: boolean; reason: string | null }
  | { type: 'error'; error: VoiceAssistError }

export interface VoiceStart {
  /** Without one the session takes text alone and answers in text. */
  microphone?: boolean
  deviceId?: string | undefined
  /** Heard in place of a microphone; stopped with the session. */
  stream?: MediaStream | undefined
}

export interface VoiceOptions {
  /** Origin of the deployment; '' means the page's own. */
  url: string
  getToken: GetToken
  /** Address of voice/audio.worklet.ts as the page's bundler serves it. */
  workletUrl: string
  onEvent: (event: VoiceEvent) => void
  model?: string
}

/** Speech said while the socket opens; 50 frames are 2 s. */
const PRE_ROLL_FRAMES = 50

export class VoiceClient {
  readonly #options: VoiceOptions
  #state: VoiceState = 'idle'
  #microphone: Microphone | null = null
  readonly #player = new Player()
  #socket: RealtimeSocket | null = null
  #isReady = false
  #preRoll: Int16Array[] = []
  /** Said in writing before the session was open. */
  #unsent: Record<string, unknown>[] = []
  #isResponding = false

  constructor(options: VoiceOptions) {
    this.#options = options
  }

  get state(): VoiceState {
    return this.#state
  }

  /**
   * Opens the session; without a microphone it takes text alone and answers in text.
   * Failures arrive as an `error` event and leave the client idle, ready to start again.
   */
  async start({ microphone = true, ...source }: VoiceStart = {}) {
    if (this.#state !== 'idle') return
    this.#enter('connecting')
    try {
      if (microphone) await this.#openAudio(source)
      const token = await this.#options.getToken({ rejected: false })
      if (this.state === 'connecting')
        this.#openSocket({ token, speaks: microphone, rejected: false })
    } catch (thrown) {
      this.#fail(fromFailure(thrown))
    }
  }

  /** Says something in writing; the reply comes as the session speaks. */
  sendText(text: string): void {
    this.#bargeIn()
    if (this.#isResponding) this.#socket?.send({ type: 'response.cancel' })
    const content = [{ type: 'input_text', text }]
    const item = { type: 'message', role: 'user', content, id: `item_${crypto.randomUUID()}` }
    this.#say({ type: 'conversation.item.create', item })
    this.#say({ type: 'response.create' })
    this.#line({ type: 'replace', itemId: item.id, speaker: 'user', text })
    if (this.#isReady) this.#enter('thinking')
  }

  /** Whether the user agrees to be recorded; a `recording` event says what comes of it. */
  consent(granted: boolean): void {
    this.#say({ type: 'voiceassist.recording.consent', granted })
  }

  setMuted(muted: boolean): void {
    this.#microphone?.setMuted(muted)
  }

  /** Ends the session and frees the microphone. Safe to call twice. */
  async stop(): Promise<void> {
    const microphone = this.#microphone?.close()
    const speaker = this.#player.close()
    this.#socket?.close()
    this.#microphone = null
    this.#socket = null
    this.#isReady = false
    this.#isResponding = false
    this.#preRoll = []
    this.#unsent = []
    this.#enter('idle')
    await microphone
    await speaker
  }

  async #openAudio(source: Pick<VoiceStart, 'deviceId' | 'stream'>) {
    const { workletUrl } = this.#options
    const onFrame = (frame: Int16Array) => this.#hear(frame)
    const microphone = await openMicrophone({ workletUrl, ...source, onFrame })
    const speaker = await openSpeaker({
      workletUrl,
      onCleared: (heard) => this.#truncate(heard),
      onDrained: () => {
        this.#player.drained()
        this.#rest()
      },
      onLevel: (level) => this.#emit({ type: 'level', speaker: 'assistant', level }),
    })
    this.#microphone = microphone
    this.#player.open(speaker)
    // stop() came while the browser was asking for the microphone.
    if (this.#state !== 'connecting') await this.stop()
  }

  #openSocket({ token, speaks, rejected }: { token: string; speaks: boolean; rejected: boolean }) {
    const { url, model = 'voiceassist' } = this.#options
    const onFrame = (frame: string) => {
      const signal = readSignal(frame)
      if (signal) this.#receive(signal, speaks)
    }
    const onClose = (error: VoiceAssistError | null) => {
      // A browser does not say why a dial failed; a token that is refused is one of the reasons.
      if (error?.code === 'connection_refused' && !rejected) void this.#dialAnew(speaks)
      else if (error) this.#fail(error)
      else if (this.#state !== 'idle') void this.stop()
    }
    this.#socket = openSocket({ url, token, search: { model }, onFrame, onClose })
  }

  async #dialAnew(speaks: boolean) {
    try {
      const token = await this.#options.getToken({ rejected: true })
      if (this.state === 'connecting') this.#openSocket({ token, speaks, rejected: true })
    } catch (thrown) {
      this.#fail(fromFailure(thrown))
    }
  }

  #hear(frame: Int16Array) {
    const level = levelOf(frame)
    this.#player.hear(level)
    this.#emit({ type: 'level', speaker: 'user', level })
    if (this.#isReady) return this.#sendAudio(frame)
    this.#preRoll.push(frame)
    if (this.#preRoll.length > PRE_ROLL_FRAMES) this.#preRoll.shift()
  }

  #say(event: Record<string, unknown>) {
    if (this.#isReady) this.#socket?.send(event)
    else this.#unsent.push(event)
  }

  #sendAudio(frame: Int16Array) {
    if (!this.#socket?.hasRoom()) return
    this.#socket.send({ type: 'input_audio_buffer.append', audio: toBase64(frame) })
  }

  #receive(signal: Signal, speaks: boolean) {
    switch (signal.type) {
      case 'ready':
        return this.#open(speaks)
      case 'speech_started':
        if (!this.#player.isHeld) this.#bargeIn()
        return this.#enter('hearing')
      case 'speech_stopped':
        return this.#enter(this.#player.isSounding ? 'speaking' : 'thinking')
      case 'input_cleared':
        return this.#rest()
      case 'holds_offered':
        return (
          this.#player.hasSpeaker && this.#say({ type: 'voiceassist.playback.update', holds: true })
        )
      case 'held':
        return this.#player.hold()
      case 'released':
        return this.#release(signal.resumes)
      case 'response_created':
        this.#isResponding = true
        return this.#enter('thinking')
      case 'response_done':
        this.#isResponding = false
        this.#rest()
        return signal.failure && this.#refuse(signal.failure)
      case 'audio':
        return this.#play(signal.itemId, signal.base64)
      case 'truncated':
        this.#line({ type: 'interrupt', itemId: signal.itemId })
        return this.#socket?.send({ type: 'conversation.item.retrieve', item_id: signal.itemId })
      case 'failed':
        return this.#refuse(signal)
      case 'measured':
      case 'recording':
        return this.#emit(signal)
      case 'cited':
        return this.#line({ type: 'cite', itemId: signal.itemId, citation: signal.citation })
      case 'user_text':
      case 'assistant_delta':
      case 'assistant_text':
      case 'retrieved':
        return this.#write(signal)
    }
  }

  #write(signal: Extract<Signal, { text: string }>) {
    const { itemId, text, type } = signal
    const speaker = type === 'user_text' ? 'user' : 'assistant'
    const isWhole = type === 'user_text' ? signal.isFinal : type !== 'assistant_delta'
    this.#line({ type: isWhole ? 'replace' : 'append', itemId, speaker, text })
  }

  #open(speaks: boolean) {
    this.#isReady = true
    if (!speaks) {
      const session = { type: 'realtime', output_modalities: ['text'] }
      this.#socket?.send({ type: 'session.update', session })
    }
    for (const frame of this.#preRoll) this.#sendAudio(frame)
    this.#preRoll = []
    this.#enter('listening')
    for (const event of this.#unsent.splice(0)) this.#say(event)
  }

  #play(itemId: string, base64: string) {
    if (this.#player.play(itemId, base64) && !this.#player.isHeld) this.#enter('speaking')
  }

  #bargeIn() {
    if (this.#player.cut()) this.#emit({ type: 'interrupted' })
  }

  /** The server knows what was said over the assistant. */
  #release(resumes: boolean) {
    if (!resumes) this.#bargeIn()
    this.#player.release()
    if (resumes && this.#player.isSounding) this.#enter('speaking')
  }

  /** Tells the server what was heard, so that unheard words leave the conversation. */
  #truncate(heard: Heard | null) {
    if (!heard) return
    const { itemId, playedMs } = heard
    const cut = { item_id: itemId, content_index: 0, audio_end_ms: playedMs }
    this.#socket?.send({ type: 'conversation.item.truncate', ...cut })
  }

  /** Back to listening, unless more of the reply is to come or to be heard. */
  #rest() {
    if (this.#isResponding || this.#player.isSounding) return
    this.#player.rest()
    if (this.#state === 'speaking' || this.#state === 'thinking') this.#enter('listening')
  }

  #enter(state: VoiceState) {
    if (state === this.#state) return
    this.#state = state
    this.#emit({ type: 'state', state })
  }

  #line(change: LineChange) {
    this.#emit({ type: 'line', change })
  }

  #emit(event: VoiceEvent) {
    this.#options.onEvent(event)
  }

  /** The server could not do one thing; the session goes on. */
  #refuse({ code, message }: Failure) {
    const error = new VoiceAssistError(message, { code, status: 0, requestId: null })
    this.#emit({ type: 'error', error })
  }

  #fail(error: VoiceAssistError) {
    this.#emit({ type: 'error', error })
    void this.stop()
  }
}
