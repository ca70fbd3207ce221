/** The account of whoever is signed in: profile, ways to sign in, sessions, its end. */
import type {
  BackupCodes,
  ChangeEmail,
  NewAuthenticator,
  SessionList,
  TwoFactor,
} from '../workers/identity/schemas.ts'
import type { AccountExport, Profile } from '../workers/identity/tenant-schemas.ts'
import { Consents } from './applications.ts'
import { LinkedAccounts, Passkeys } from './sign-in-ways.ts'
import type { Transport } from './transport.ts'

const AUTH = '/api/auth'
const ME = '/api/users/me'

export class Account {
  readonly twoFactor: SecondFactor
  readonly sessions: Sessions
  readonly passkeys: Passkeys
  readonly linkedAccounts: LinkedAccounts
  readonly consents: Consents
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.twoFactor = new SecondFactor(transport)
    this.sessions = new Sessions(transport)
    this.passkeys = new Passkeys(transport)
    this.linkedAccounts = new LinkedAccounts(transport)
    this.consents = new Consents(transport)
    this.#transport = transport
  }

  get(): Promise<Profile> {
    return this.#transport.json(ME)
  }

  rename(name: string): Promise<Profile> {
    return this.#transport.json(ME, { method: 'PATCH', body: { name } })
  }

  /** Ends the other sessions. */
  async changePassword(currentPassword: string, newPassword: string): Promise<void> {
    await post(this.#transport, `${AUTH}/change-password`, { currentPassword, newPassword })
  }

  /** Mails a link to the new address, which counts when it is used; a second factor needs `code`. */
  async changeEmail(change: ChangeEmail): Promise<void> {
    await post(this.#transport, `${AUTH}/change-email`, change)
  }

  /** Mails a link to one's own address, unless it is proven. */
  async sendVerification(): Promise<void> {
    await post(this.#transport, `${AUTH}/send-verification-email`)
  }

  /** Everything kept under the own id. */
  export(): Promise<AccountExport> {
    return this.#transport.json(`${ME}/export`)
  }

  /** For good, and at once. @param email The account's own address, typed by hand */
  async delete(email: string): Promise<void> {
    await post(this.#transport, `${ME}/deletion`, { email })
  }
}

/** Codes of an authenticator (TOTP), and the backup codes beside them. */
class SecondFactor {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  get(): Promise<TwoFactor> {
    return this.#transport.json(`${AUTH}/two-factor`)
  }

  /** A secret, which asks for nothing until `confirm` has seen a code of it. */
  setUp(password: string): Promise<NewAuthenticator> {
    return this.#ask('setup', { password })
  }

  confirm(code: string): Promise<BackupCodes> {
    return this.#ask('confirm', { code })
  }

  /** Ten new codes; those so far are of no use any more. */
  renewBackupCodes(password: string, code: string): Promise<BackupCodes> {
    return this.#ask('backup-codes', { password, code })
  }

  async disable(password: string, code: string): Promise<void> {
    await post(this.#transport, `${AUTH}/two-factor/disable`, { password, code })
  }

  #ask<Answer>(step: string, body: object): Promise<Answer> {
    return this.#transport.json(`${AUTH}/two-factor/${step}`, { method: 'POST', body })
  }
}

/** One's own sessions. */
class Sessions {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Those that can still be used, the last used first. */
  list(): Promise<SessionList> {
    return this.#transport.json(`${AUTH}/sessions`)
  }

  async end(id: string): Promise<void> {
    const path = `${AUTH}/sessions/${encodeURIComponent(id)}`
    await this.#transport.send(path, { method: 'DELETE' })
  }

  /** All but the one that asks. @returns how many ended */
  async endOthers(): Promise<number> {
    return this.#endMany('revoke-others')
  }

  /** Signs out everywhere, here too. @returns how many ended */
  async endAll(): Promise<number> {
    return this.#endMany('revoke-all')
  }

  async #endMany(which: string): Promise<number> {
    const path = `${AUTH}/sessions/${which}`
    const { ended } = await this.#transport.json<{ ended: number }>(path, { method: 'POST' })
    return ended
  }
}

const post = (transport: Transport, path: string, body?: object) =>
  transport.send(path, { method: 'POST', body })
