/** Voice sessions that run or are remembered: listed, read, heard, ended. Entering one is voice-supervisor.ts. */
import type {
  VoiceHistoryQuery,
  VoiceSessionPage,
  VoiceSettings,
  VoiceTranscript,
} from '../workers/voice/history-schemas.ts'
import type { Transport } from './transport.ts'

const BASE = '/api/voice/sessions'
const SETTINGS = '/api/voice/settings'
const at = (id: string) => `${BASE}/${encodeURIComponent(id)}`

export interface VoiceSessionQuery extends Partial<VoiceHistoryQuery> {
  signal?: AbortSignal | undefined
}

export class VoiceSessions {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One page, newest first: the caller's own or, for supervisors, everybody's. */
  page({ signal, ...query }: VoiceSessionQuery = {}): Promise<VoiceSessionPage> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) search.set(name, String(value))
    return this.#transport.json(`${BASE}?${search}`, { signal })
  }

  get(id: string, signal?: AbortSignal): Promise<VoiceTranscript> {
    return this.#transport.json(at(id), { signal })
  }

  /** The whole recording as a WAV file; being heard is an entry of the audit log. */
  async recording(id: string): Promise<Blob> {
    return (await this.#transport.send(`${at(id)}/recording`, { accept: 'audio/wav' })).blob()
  }

  /** All that is kept of a session that has ended. */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }

  async hangUp(id: string): Promise<void> {
    const path = `/v1/realtime/calls/${encodeURIComponent(id)}/hangup`
    await this.#transport.send(path, { method: 'POST' })
  }

  settings(): Promise<VoiceSettings> {
    return this.#transport.json(SETTINGS)
  }

  setSettings(settings: VoiceSettings): Promise<VoiceSettings> {
    return this.#transport.json(SETTINGS, { method: 'PUT', body: settings })
  }
}
