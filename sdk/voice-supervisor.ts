/**
 * `VoiceSupervisor`: a running session from the side, in a browser. Follows what is said, listens,
 * whispers to the assistant, speaks in its place.
 */
import { fromFailure, VoiceAssistError } from './errors.ts'
import type { GetToken } from './transport.ts'
import { type Microphone, openMicrophone } from './voice/microphone.ts'
import { fromBase64, toBase64 } from './voice/pcm.ts'
import { readSideband, type SidebandSignal } from './voice/sideband-signals.ts'
import { openSocket, type RealtimeSocket } from './voice/socket.ts'
import { openSpeaker, type Speaker } from './voice/speaker.ts'
import type { LineChange } from './voice/transcript.ts'

export type SupervisorEvent =
  /** Following: connected; ended: the session is over, or the connection is. */
  | { type: 'state'; state: 'connecting' | 'following' | 'ended' }
  | { type: 'line'; change: LineChange }
  /** Who speaks in the assistant's place; null for nobody. */
  | { type: 'takeover'; supervisor: string | null }
  | { type: 'whispered'; supervisor: string; text: string }
  | { type: 'error'; error: VoiceAssistError }

export interface SupervisorOptions {
  /** Origin of the deployment; '' means the page's own. */
  url: string
  getToken: GetToken
  callId: string
  /** Address of voice/audio.worklet.ts as the page's bundler serves it. */
  workletUrl: string
  onEvent: (event: SupervisorEvent) => void
}

export class VoiceSupervisor {
  readonly #options: SupervisorOptions
  #socket: RealtimeSocket | null = null
  #microphone: Microphone | null = null
  /** One for each side, so that both can be heard at once. */
  #speakers: { caller: Speaker; assistant: Speaker } | null = null
  #hasEnded = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { url, getToken, callId, onEvent } = this.#options
    onEvent({ type: 'state', state: 'connecting' })
    try {
      const token = await getToken({ rejected: false })
      if (this.#hasEnded) return
      const onFrame = (frame: string) => {
        for (const signal of readSideband(frame)) this.#receive(signal)
      }
      const onClose = (error: VoiceAssistError | null) => this.#end(error)
      this.#socket = openSocket({ url, token, search: { call_id: callId }, onFrame, onClose })
    } catch (thrown) {
      this.#end(fromFailure(thrown))
    }
  }

  /** Both sides are heard, each as it speaks. */
  async listen(wanted: boolean): Promise<void> {
    if (wanted && !this.#speakers) {
      const { workletUrl } = this.#options
      const silent = { onCleared: () => {}, onDrained: () => {}, onLevel: () => {} }
      const [caller, assistant] = await Promise.all([
        openSpeaker({ workletUrl, ...silent }),
        openSpeaker({ workletUrl, ...silent }),
      ])
      this.#speakers = { caller, assistant }
    }
    if (!wanted) this.#silence()
    this.#socket?.send({ type: 'voiceassist.monitor.update', audio: wanted })
  }

  /** Told to the assistant, and to nobody else. */
  whisper(text: string): void {
    const content = [{ type: 'input_text', text }]
    const item = { type: 'message', role: 'system', content }
    this.#socket?.send({ type: 'conversation.item.create', item })
  }

  /** The assistant falls silent; what this microphone hears is heard by the caller. */
  async takeOver(): Promise<void> {
    const { workletUrl } = this.#options
    const onFrame = (frame: Int16Array) =>
      this.#socket?.send({ type: 'input_audio_buffer.append', audio: toBase64(frame) })
    try {
      this.#socket?.send({ type: 'voiceassist.takeover.start' })
      this.#microphone ??= await openMicrophone({ workletUrl, onFrame })
      if (this.#hasEnded) this.#closeMicrophone()
    } catch (thrown) {
      this.handBack()
      this.#options.onEvent({ type: 'error', error: fromFailure(thrown) })
    }
  }

  handBack(): void {
    this.#closeMicrophone()
    this.#socket?.send({ type: 'voiceassist.takeover.end' })
  }

  /** Leaves; the session goes on. Safe to call twice. */
  stop(): void {
    this.#socket?.close()
    this.#end(null)
  }

  #receive(signal: SidebandSignal): void {
    const { onEvent } = this.#options
    switch (signal.type) {
      case 'ready':
        return onEvent({ type: 'state', state: 'following' })
      case 'sound':
        return this.#speakers?.[signal.speaker].play(signal.itemId, fromBase64(signal.base64))
      case 'cut':
        return this.#speakers?.assistant.clear()
      case 'failed': {
        const { code, message } = signal
        const error = new VoiceAssistError(message, { code, status: 0, requestId: null })
        return onEvent({ type: 'error', error })
      }
      case 'line':
      case 'takeover':
      case 'whispered':
        onEvent(signal)
    }
  }

  #silence(): void {
    void this.#speakers?.caller.close()
    void this.#speakers?.assistant.close()
    this.#speakers = null
  }

  #closeMicrophone(): void {
    void this.#microphone?.close()
    this.#microphone = null
  }

  #end(error: VoiceAssistError | null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#silence()
    this.#closeMicrophone()
    if (error) this.#options.onEvent({ type: 'error', error })
    this.#options.onEvent({ type: 'state', state: 'ended' })
  }
}
