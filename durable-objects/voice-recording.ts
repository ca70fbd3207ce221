/**
 * A session's recording on its way to R2. What is not complete is saved every few seconds, what is
 * complete waits in the object's storage until R2 has it.
 */
import { AudioReader, type AudioFormat } from '../workers/voice/audio-format.ts'
import { eraseRecording, putManifest, putSegment } from '../workers/voice/recording-client.ts'
import type { RecordingContext } from '../workers/voice/recording-client.ts'
import { manifestOf } from '../workers/voice/recording-file.ts'
import { Recorder, type Segment } from '../workers/voice/recording.ts'

type Storage = Pick<SyncKvStorage, 'get' | 'put' | 'delete'>

interface State {
  /** False while, or after, the caller does not agree. */
  isOn: boolean
  startedAt: number
  days: number
  /** Milliseconds of the recording; known from its last segment on. */
  durationMs: number
  /** When it is to be deleted. */
  expiresAt: number
  /** Segments: not complete; complete and waiting; in R2; given up. */
  rest: number[]
  pending: number[]
  stored: number[]
  lost: number[]
  /** Whether the manifest in R2 says all this. */
  isTold: boolean
}

/** A crash loses at most this much sound. While there is sound to save the object stays awake. */
const SAVE_MS = 5000

/** 20 minutes, 19 MB: what may wait while R2 is down. Then the oldest sound is given up. */
const MOST_PENDING = 40

const DAY_MS = 86_400_000
const segmentKey = (index: number) => `segment:${index}`

export class VoiceRecording {
  readonly #kv: Storage
  #state: State | undefined
  #recorder: Recorder | undefined
  #reader = new AudioReader()
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #onPending: () => void

  /** @param onPending Called when there is something to flush */
  constructor(kv: Storage, onPending: () => void) {
    this.#kv = kv
    this.#onPending = onPending
    this.#state = kv.get<State>('recording')
    if (this.#state && this.#state.durationMs === 0) this.#recorder = this.#resume(this.#state)
  }

  /** @returns when it will be deleted, as far as is known */
  start(at: number, days: number): Date {
    const known = this.#state
    const expiresAt = at + days * DAY_MS
    const fresh = { rest: [], pending: [], stored: [], lost: [], durationMs: 0, isTold: true }
    const started = known ?? { ...fresh, startedAt: at }
    this.#recorder ??= this.#resume({ ...started, isOn: true, days, expiresAt })
    this.#put({ ...started, isOn: true, days, expiresAt })
    return new Date(expiresAt)
  }

  /** What was recorded so far stays. */
  stop(): void {
    if (this.#state?.isOn) this.#put({ ...this.#state, isOn: false })
  }

  hearCaller(samples: Int16Array, at: number): void {
    if (!this.#recorder || !this.#state?.isOn) return
    this.#recorder.hearCaller(samples, at)
    this.#collect(at)
  }

  /** @param base64 Sound of a reply, as it was sent */
  hearAssistant(itemId: string, base64: string, format: AudioFormat, at: number): void {
    if (!this.#recorder || !this.#state?.isOn) return
    const samples = this.#reader.read(base64, format)
    if (!samples) return
    this.#recorder.hearAssistant(itemId, samples, at)
    this.#collect(at)
  }

  hold(at: number): void {
    this.#recorder?.hold(at)
  }

  release(at: number): void {
    this.#recorder?.release(at)
  }

  cut(itemId: string, ms: number): void {
    this.#recorder?.cut(itemId, ms)
  }

  /** @returns when it will be deleted; undefined when nothing was recorded */
  end(at: number): Date | undefined {
    clearInterval(this.#timer)
    const { days } = this.#state ?? {}
    if (!this.#state || !this.#recorder || days === undefined) return undefined
    const durationMs = Math.max(1, this.#recorder.durationMs(at))
    this.#keep(this.#recorder.take(at, true))
    const expiresAt = at + days * DAY_MS
    const ended = { isOn: false, durationMs, expiresAt, isTold: false, rest: [] }
    this.#put({ ...this.#state, ...ended })
    this.#recorder = undefined
    return new Date(expiresAt)
  }

  get expiresAt(): number | undefined {
    return this.#state?.expiresAt
  }

  get isStored(): boolean {
    return this.#state === undefined || (this.#state.pending.length === 0 && this.#state.isTold)
  }

  /** @throws Error when R2 does not take it; nothing is lost then */
  async flush(ctx: RecordingContext, sessionId: string): Promise<void> {
    while (this.#state && !this.isStored) {
      const [index] = this.#state.pending
      if (index === undefined) return await this.#tell(ctx, sessionId)
      const bytes = this.#kv.get<Uint8Array<ArrayBuffer>>(segmentKey(index))
      if (bytes) await putSegment(ctx, sessionId, { index, bytes })
      this.#kv.delete(segmentKey(index))
      const pending = this.#state.pending.filter((other) => other !== index)
      const stored = bytes ? [...this.#state.stored, index] : this.#state.stored
      this.#put({ ...this.#state, pending, stored, isTold: false })
    }
  }

  /** @throws Error when R2 does not answer */
  async erase(ctx: RecordingContext, sessionId: string): Promise<void> {
    await eraseRecording(ctx, sessionId)
    this.#state = undefined
    this.#recorder = undefined
    this.#kv.delete('recording')
  }

  async #tell(ctx: RecordingContext, sessionId: string): Promise<void> {
    const state = this.#state
    if (!state) return
    const { startedAt, stored, lost } = state
    const durationMs = state.durationMs || (this.#recorder?.durationMs(ctx.now().getTime()) ?? 0)
    await putManifest(ctx, manifestOf({ sessionId, startedAt, durationMs, stored, lost }))
    if (this.#state === state) this.#put({ ...state, isTold: true })
  }

  #collect(at: number): void {
    const done = this.#recorder?.take(at) ?? []
    if (done.length > 0) this.#keep(done)
    this.#timer ??= setInterval(() => this.#save(), SAVE_MS)
  }

  #keep(done: readonly Segment[]): void {
    if (!this.#state) return
    for (const { index, bytes } of done) this.#kv.put(segmentKey(index), bytes)
    const indexes = done.map(({ index }) => index)
    const waiting = [...new Set([...this.#state.pending, ...indexes])]
    const over = waiting.slice(0, Math.max(0, waiting.length - MOST_PENDING))
    for (const index of over) this.#kv.delete(segmentKey(index))
    const rest = this.#state.rest.filter((index) => !indexes.includes(index))
    const pending = waiting.slice(over.length)
    this.#put({ ...this.#state, rest, pending, lost: [...this.#state.lost, ...over] })
    this.#onPending()
  }

  /** Runs while there is sound to save; without any the object may hibernate. */
  #save(): void {
    const changed = this.#recorder?.takeChanged() ?? []
    if (!this.#state || changed.length === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    for (const { index, bytes } of changed) this.#kv.put(segmentKey(index), bytes)
    const rest = [...new Set([...this.#state.rest, ...changed.map(({ index }) => index)])]
    this.#put({ ...this.#state, rest })
  }

  #resume({ startedAt, rest, pending, stored }: State): Recorder {
    const segments = rest.flatMap((index): Segment[] => {
      const bytes = this.#kv.get<Uint8Array<ArrayBuffer>>(segmentKey(index))
      return bytes ? [{ index, bytes }] : []
    })
    return new Recorder(startedAt, segments, Math.max(-1, ...pending, ...stored) + 1)
  }

  #put(state: State): void {
    this.#state = state
    this.#kv.put('recording', state)
  }
}
