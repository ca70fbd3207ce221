/** Who answers a session and on whose money: the assistant it was opened with, kept with it, and its purse. */
import type { AssistantContent } from '../workers/assistant/service.ts'
import { createPurse } from '../workers/usage/service.ts'
import { configFor, defaultsOf } from '../workers/voice/config.ts'
import type { Opening } from '../workers/voice/service.ts'
import type { Session } from '../workers/voice/session.ts'

type Storage = Pick<SyncKvStorage, 'get' | 'put'>

export class VoiceHost {
  readonly #kv: Storage
  readonly #purse = createPurse()
  /** The tenant's own; undefined: ours. */
  #assistant: AssistantContent | undefined

  constructor(kv: Storage) {
    this.#kv = kv
    this.#assistant = kv.get<AssistantContent>('assistant')
  }

  prepare(env: EdgeEnv, { sessionId: id, model, assistant }: Opening) {
    return { id, config: configFor(defaultsOf(env, model), assistant) }
  }

  /** @returns the session with the assistant's own limits */
  take(session: Session, { assistant }: Opening): Session {
    if (!assistant) return session
    this.#assistant = assistant
    this.#kv.put('assistant', assistant)
    return { ...session, maxTurns: assistant.limits.max_turns ?? session.maxTurns }
  }

  /** What the first caller hears before they have said anything; '' for whoever comes back. */
  greetingFor(session: Session | undefined): string {
    return session?.dials === 1 ? (this.#assistant?.greeting ?? '') : ''
  }

  /** A context for the work on a session. */
  equip<Context>(ctx: Context, session: Session | undefined) {
    const purse = this.#purse(session?.phase === 'farewell')
    return { ...ctx, purse, assistant: this.#assistant }
  }
}
