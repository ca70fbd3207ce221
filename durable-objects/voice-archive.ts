/**
 * What a session leaves behind: row and transcript in Postgres, recording in R2. The session never
 * waits for either; what they do not take now is tried again, by the session's own alarm.
 */
import type { Actor } from '../shared/context.ts'
import { isOrphan } from '../shared/database.ts'
import type { AudioFormat } from '../workers/voice/audio-format.ts'
import { findVoiceSettings, type HistoryContext, ownerOf } from '../workers/voice/history-store.ts'
import type { RecordingContext } from '../workers/voice/recording-client.ts'
import type { Session } from '../workers/voice/session.ts'
import { forgetSession } from '../workers/voice/store.ts'
import { events, type ServerEvent } from '../workers/voice/wire.ts'
import { VoiceLedger } from './voice-ledger.ts'
import { VoiceRecording } from './voice-recording.ts'

type ArchiveContext = HistoryContext & RecordingContext

interface Host {
  /** @throws Error when the session was not opened */
  context: () => ArchiveContext
  /** Its `dueAt` has changed. */
  wake: () => void
}

const FIRST_RETRY_MS = 5000
const LAST_RETRY_MS = 300_000

export class VoiceArchive {
  readonly #storage: DurableObjectStorage
  readonly #host: Host
  #sessionId: string | undefined
  readonly #ledger: VoiceLedger
  readonly #recording: VoiceRecording
  #failures = 0
  #dueAt = Number.POSITIVE_INFINITY
  #running: Promise<void> | undefined
  #wanted = false

  constructor(storage: DurableObjectStorage, session: Session | undefined, host: Host) {
    const { kv } = storage
    this.#storage = storage
    this.#host = host
    this.#sessionId = session?.id ?? kv.get<string>('archived')
    this.#ledger = new VoiceLedger(kv, session)
    this.#recording = new VoiceRecording(kv, () => this.#ask())
    if (!this.#isDone()) this.#dueAt = Date.now() + FIRST_RETRY_MS
  }

  /** When it wants `flush`; milliseconds since the epoch. */
  get dueAt(): number {
    return this.#dueAt
  }

  begin({ id, config, openedAt }: Session, actor: Actor): void {
    this.#sessionId = id
    this.#storage.kv.put('archived', id)
    const startedAt = new Date(openedAt)
    this.#ledger.begin({ id, ...ownerOf(actor), model: config.model, startedAt })
    this.#ask()
  }

  note(session: Session): void {
    this.#ledger.note(session, Date.now())
    if (!this.#ledger.isWritten) this.#ask()
  }

  end(reason: string | null): void {
    const at = Date.now()
    const until = this.#recording.end(at)
    if (until) this.#ledger.recorded(until)
    this.#ledger.end(at, reason)
    this.#ask()
  }

  hearCaller(samples: Int16Array): void {
    this.#recording.hearCaller(samples, Date.now())
  }

  /** What is said to the caller: sound is recorded, and taken back when it was not heard. */
  observe(event: ServerEvent, format: AudioFormat | undefined): void {
    if (event.type === 'response.output_audio.delta' && format) {
      this.#recording.hearAssistant(event.item_id, event.delta, format, Date.now())
    }
    if (event.type === 'voiceassist.playback.held') this.#recording.hold(Date.now())
    if (event.type === 'voiceassist.playback.released') this.#recording.release(Date.now())
    if (event.type === 'conversation.item.truncated') {
      this.#recording.cut(event.item_id, event.audio_end_ms)
    }
  }

  /** The caller agrees to be recorded, or does not any more. @returns what is to be told */
  async consent(isGranted: boolean): Promise<ServerEvent> {
    if (!isGranted) {
      this.#recording.stop()
      return events.recording(false, 'withdrawn')
    }
    try {
      const settings = await findVoiceSettings(this.#host.context())
      if (!settings?.may_record) return events.recording(false, 'not_allowed')
      this.#ledger.recorded(this.#recording.start(Date.now(), settings.recording_days))
      this.#ask()
      return events.recording(true, null)
    } catch (error) {
      this.#host.context().log.error('a recording could not be begun', { error })
      return events.recording(false, 'unavailable')
    }
  }

  /** Brings out what waits. Never throws: what fails is tried again. */
  flush(): Promise<void> {
    this.#wanted = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Keeps nothing and stores nothing any more; what is on its way arrives first. */
  async abandon(): Promise<void> {
    this.#sessionId = undefined
    this.#recording.stop()
    await this.#running
    await this.#storage.deleteAll()
  }

  /**
   * The end of a session's object: the conversation goes first, all of it when the recording's time has
   * come too. What was not stored until then is given up.
   *
   * @throws Error when R2 does not answer; the platform then calls the alarm again
   */
  async retire(): Promise<void> {
    forgetSession(this.#storage.kv)
    const until = this.#recording.expiresAt
    if (until !== undefined && Date.now() < until) return this.#storage.setAlarm(until)
    if (this.#sessionId !== undefined && until !== undefined) {
      await this.#recording.erase(this.#host.context(), this.#sessionId)
    }
    await this.#storage.deleteAll()
  }

  #isDone = () => this.#ledger.isWritten && this.#recording.isStored

  #ask(): void {
    void this.flush()
  }

  async #run(): Promise<void> {
    // What happens in one go is written in one go.
    await scheduler.wait(0)
    while (this.#wanted && this.#sessionId !== undefined) {
      this.#wanted = false
      const ctx = this.#host.context()
      const outcomes = [await this.#try(this.#ledger.flush(ctx))]
      if (outcomes.some((outcome) => outcome === 'orphan')) return await this.#discard(ctx)
      outcomes.push(await this.#try(this.#recording.flush(ctx, this.#sessionId)))
      if (outcomes.includes('failed')) return this.#later()
    }
    this.#failures = 0
    this.#dueAt = Number.POSITIVE_INFINITY
  }

  async #try(work: Promise<void>): Promise<'done' | 'failed' | 'orphan'> {
    try {
      await work
      return 'done'
    } catch (error) {
      if (isOrphan(error)) return 'orphan'
      this.#host.context().log.error('what a session leaves could not be stored yet', { error })
      return 'failed'
    }
  }

  /** Tenant or user are gone meanwhile, and nothing of theirs is to be kept. */
  async #discard(ctx: ArchiveContext): Promise<void> {
    this.#dueAt = Number.POSITIVE_INFINITY
    if (this.#sessionId === undefined) return
    const sessionId = this.#sessionId
    this.#sessionId = undefined
    this.#recording.stop()
    const outcome = await this.#try(this.#recording.erase(ctx, sessionId))
    if (outcome === 'failed') ctx.log.error('a recording is left behind', { session_id: sessionId })
  }

  #later(): void {
    this.#failures++
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS)
    this.#dueAt = Date.now() + wait
    this.#host.wake()
  }
}
