/** How one's own account is opened beside a password: passkeys, and accounts at providers. */
import type {
  Departure,
  LinkedAccountList,
  ProviderId,
} from '../workers/identity/federation-schemas.ts'
import type {
  CreationOptions,
  NewCredential,
  Passkey,
  PasskeyList,
} from '../workers/identity/passkey-schemas.ts'
import type { Transport } from './transport.ts'

/** Needed from ten minutes after signing in on. */
export interface Proof {
  password?: string
}

export class Passkeys {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(): Promise<PasskeyList> {
    return this.#transport.json(PASSKEYS)
  }

  /** What `navigator.credentials.create()` is to be asked; its answer goes to `add`. */
  begin(proof: Proof): Promise<CreationOptions> {
    return this.#transport.json('/api/auth/passkey-options', { method: 'POST', body: proof })
  }

  add(name: string, credential: NewCredential): Promise<Passkey> {
    return this.#transport.json(PASSKEYS, { method: 'POST', body: { name, credential } })
  }

  rename(id: string, name: string): Promise<Passkey> {
    const path = `${PASSKEYS}/${encodeURIComponent(id)}`
    return this.#transport.json(path, { method: 'PATCH', body: { name } })
  }

  /** @throws VoiceAssistError `conflict` for the last way to sign in */
  async remove(id: string, proof: Proof): Promise<void> {
    const path = `${PASSKEYS}/${encodeURIComponent(id)}/remove`
    await this.#transport.send(path, { method: 'POST', body: proof })
  }
}

export class LinkedAccounts {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  list(): Promise<LinkedAccountList> {
    return this.#transport.json(LINKED)
  }

  /** @returns where to send the browser, which comes back to the account page */
  begin(provider: ProviderId, proof: Proof): Promise<Departure> {
    return this.#transport.json(`${LINKED}/${provider}`, { method: 'POST', body: proof })
  }

  /** @throws VoiceAssistError `conflict` for the last way to sign in */
  async remove(provider: ProviderId, proof: Proof): Promise<void> {
    await this.#transport.send(`${LINKED}/${provider}/remove`, { method: 'POST', body: proof })
  }
}

const PASSKEYS = '/api/auth/passkeys'
const LINKED = '/api/auth/linked-accounts'
