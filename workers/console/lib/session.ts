/**
 * Who is signed in. The access token lives in this object alone, never in storage; the cookie that
 * can fetch another one is out of reach of scripts.
 */
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { createTransport } from '../../../sdk/transport.ts'
import type { AssertionOptions } from '../../identity/passkey-schemas.ts'
import type { PendingSignIn, Session, Setup } from '../../identity/schemas.ts'
import { getAssertion } from './passkeys.ts'

/** `unknown` until the cookie has been tried once. */
export type SessionState =
  | { status: 'unknown' }
  | { status: 'signed-out' }
  | { status: 'signed-in'; session: Session }

/** Renewed this long before it ends, so that no call carries a token that ends on its way. */
const RENEW_BEFORE_MS = 60_000

const isSignedOut = (thrown: unknown) => thrown instanceof VoiceAssistError && thrown.status === 401

export class SessionStore {
  readonly #transport = createTransport({ url: '' })
  readonly #listeners = new Set<() => void>()
  #state: SessionState = { status: 'unknown' }
  #renewal: Promise<Session | null> | null = null

  readonly snapshot = (): SessionState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The session of the cookie, if there is one. @throws VoiceAssistError when that is not known */
  async restore(): Promise<Session | null> {
    if (this.#state.status === 'signed-out') return null
    if (this.#state.status === 'signed-in') return this.#state.session
    return this.#renew()
  }

  /**
   * @returns what a code must be sent with, where the account has a second factor
   * @throws VoiceAssistError `unauthenticated` when email and password do not match
   */
  async signIn(email: string, password: string): Promise<PendingSignIn | null> {
    const call = { method: 'POST', body: { email, password } } as const
    const answer = await this.#transport.json<Session | PendingSignIn>(
      '/api/auth/sign-in/email',
      call,
    )
    if ('ticket' in answer) return answer
    this.adopt(answer)
    return null
  }

  /** @throws VoiceAssistError `unauthenticated` when the code is wrong or the ticket too old */
  async verify(ticket: string, code: string): Promise<void> {
    const call = { method: 'POST', body: { ticket, code } } as const
    this.adopt(await this.#transport.json<Session>('/api/auth/two-factor/verify', call))
  }

  /**
   * Makes the first owner of the deployment and signs them in.
   *
   * @throws VoiceAssistError `unauthenticated` for a wrong token; `conflict` when there is an owner
   */
  async setUp(token: string, owner: Setup): Promise<void> {
    const call = { method: 'POST', body: owner } as const
    const transport = createTransport({ url: '', token })
    this.adopt(await transport.json<Session>('/api/auth/setup', call))
  }

  /**
   * @returns false when the reader changed their mind
   * @throws VoiceAssistError `unauthenticated` when the passkey opens no account here
   */
  async signInWithPasskey(): Promise<boolean> {
    const path = '/api/auth/sign-in/passkey'
    const begin = { method: 'POST' } as const
    const options = await this.#transport.json<AssertionOptions>(`${path}/options`, begin)
    const body = await getAssertion(options)
    if (!body) return false
    this.adopt(await this.#transport.json<Session>(path, { method: 'POST', body }))
    return true
  }

  /** Works with a session that another call has just opened. */
  adopt(session: Session): void {
    this.#set({ status: 'signed-in', session })
  }

  /** After a change of what a session says: the name, the role, the tenant. */
  async refresh(): Promise<void> {
    await this.#renew()
  }

  /**
   * Stops acting as somebody else.
   *
   * @returns one's own session, to be adopted
   * @throws VoiceAssistError 401 when there is no way back
   */
  async stopActing(): Promise<Session> {
    const transport = createTransport({ url: '', getToken: this.getToken })
    return transport.json<Session>('/api/admin/impersonation', { method: 'DELETE' })
  }

  async signOut(): Promise<void> {
    await this.#transport.send('/api/auth/sign-out', { method: 'POST' })
    this.forget()
  }

  /** For calls that end the session themselves. */
  forget(): void {
    this.#set({ status: 'signed-out' })
  }

  /** For the client: the token in memory, or a fresh one when it is about to end or was refused. */
  readonly getToken = async ({ rejected }: { rejected: boolean }): Promise<string> => {
    const { session } = this.#state.status === 'signed-in' ? this.#state : { session: null }
    const left = session ? Date.parse(session.expiresAt) - Date.now() : 0
    const usable = session && !rejected && left > RENEW_BEFORE_MS ? session : await this.#renew()
    return usable?.accessToken ?? ''
  }

  /** Calls that find the token old at the same moment share one request. */
  #renew(): Promise<Session | null> {
    this.#renewal ??= this.#fetch().finally(() => {
      this.#renewal = null
    })
    return this.#renewal
  }

  async #fetch(): Promise<Session | null> {
    try {
      const session = await this.#transport.json<Session>('/api/auth/token')
      this.#set({ status: 'signed-in', session })
      return session
    } catch (thrown) {
      if (!isSignedOut(thrown)) throw thrown
      this.#set({ status: 'signed-out' })
      return null
    }
  }

  #set(state: SessionState) {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
