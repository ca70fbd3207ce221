/** Knowledge bases: which there are, made and described. */
import type { Gate, GateState, Publish } from '../workers/evals/publish-schemas.ts'
import type { Base, BaseChange, BaseList, NewBase } from '../workers/knowledge/base-schemas.ts'
import type { Transport } from './transport.ts'

const BASES = '/api/admin/kb/bases'
const at = (id: string) => `${BASES}/${encodeURIComponent(id)}`

export class Bases {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** All of them, in the order they were made. */
  list(signal?: AbortSignal): Promise<BaseList> {
    return this.#transport.json(BASES, { signal })
  }

  /** @throws VoiceAssistError `conflict` when there are too many */
  create(base: Partial<NewBase> & { name: string }): Promise<Base> {
    return this.#transport.json(BASES, { method: 'POST', body: base })
  }

  change(id: string, change: BaseChange): Promise<Base> {
    return this.#transport.json(at(id), { method: 'PATCH', body: change })
  }

  /** What has to be measured before it is published, and whether it is. */
  gate(id: string, signal?: AbortSignal): Promise<GateState> {
    return this.#transport.json(`${at(id)}/gate`, { signal })
  }

  setGate(id: string, gate: Gate): Promise<GateState> {
    return this.#transport.json(`${at(id)}/gate`, { method: 'PUT', body: gate })
  }

  async removeGate(id: string): Promise<void> {
    await this.#transport.send(`${at(id)}/gate`, { method: 'DELETE' })
  }

  /** A draft is asked from then on. @throws VoiceAssistError `conflict` when its gate is not met */
  publish(id: string, publication: Publish = {}): Promise<Base> {
    return this.#transport.json(`${at(id)}/publish`, { method: 'POST', body: publication })
  }

  /** With its documents. @throws VoiceAssistError `conflict` for the default one */
  async remove(id: string): Promise<void> {
    await this.#transport.send(at(id), { method: 'DELETE' })
  }
}
