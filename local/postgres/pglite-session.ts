/**
 * PGlite's one session, shared: whoever's turn it is gets it as if it were their own. It logs
 * them in by SET SESSION AUTHORIZATION, so that row level security binds them and SET ROLE cannot
 * lead back to the superuser; only a SET SESSION AUTHORIZATION of their own could, a way that a
 * real server does not have.
 */
import type { Exchange } from './backend.ts'
import { query, sync } from './messages.ts'
import type { PgliteThread } from './pglite-thread.ts'
import { PostgresError, readResults, readStatus } from './replies.ts'
import { type EndTurn, Turns } from './turns.ts'

/** The superuser PGlite's template is made with. */
export const SUPERUSER = 'postgres'

/** Somebody who uses the session more than once and wants to find it as it was left. */
export interface Holder {
  readonly role: string
  /** SQL that brings back the holder's own settings. */
  readonly settings: readonly string[]
}

export class SharedSession {
  readonly #thread: PgliteThread
  readonly #turns = new Turns(1)
  #last: Holder | undefined
  #idle = true

  constructor(thread: PgliteThread) {
    this.#thread = thread
  }

  /** Waits for a turn and logs the holder in. The returned function ends the turn. */
  async enter(holder: Holder, signal?: AbortSignal): Promise<EndTurn> {
    const endTurn = await this.#turns.take(signal)
    try {
      if (this.#last !== holder) await this.#logIn(holder)
      return endTurn
    } catch (error) {
      endTurn()
      throw error
    }
  }

  /** To be called in one's own turn only. */
  readonly exchange: Exchange = async (messages) => {
    const answer = await this.#thread.exchange(messages)
    this.#idle = readStatus(answer) === 'I'
    return answer
  }

  /** Ends the open transaction, if there is one. */
  async rollback(): Promise<void> {
    if (!this.#idle) await this.exchange(Buffer.concat([sync, query('rollback')]))
  }

  /** Closes the database after the running turn; nobody gets another one. */
  async close(): Promise<void> {
    await this.#turns.take()
    await this.#thread.close()
  }

  async #logIn(holder: Holder): Promise<void> {
    this.#last = undefined
    const [admitted] = readResults(await this.exchange(query(logInSql(holder.role)))).slice(-1)
    if (!admitted?.rows.length) throw notPermitted(holder.role)
    for (const sql of holder.settings) await this.exchange(query(sql))
    this.#last = holder
  }
}

/**
 * Leaves nothing of the last holder (DISCARD ALL, but prepared statements are their client's),
 * then applies what ALTER ROLE … SET says and becomes the role. No row means that it may not log
 * in. The superuser is named because DEFAULT does nothing in PGlite 0.5.8, and the search path
 * because PGlite's own default is another.
 */
const logInSql = (role: string) => `
  set session authorization ${SUPERUSER}; reset all; close all; unlisten *;
  set search_path = "$user", public; discard temp; discard sequences;
  select pg_advisory_unlock_all(),
    (select count(set_config(split_part(c, '=', 1), substr(c, strpos(c, '=') + 1), false))
       from pg_db_role_setting s, unnest(s.setconfig) c where s.setrole = r.oid),
    set_config('session_authorization', rolname, false)
  from pg_roles r where rolname = ${literal(role)} and rolcanlogin`

/** SQL quotes; backslashes are plain under standard_conforming_strings, which PGlite has on. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

const notPermitted = (role: string) =>
  new PostgresError(`role "${role}" does not exist or is not permitted to log in`, {
    severity: 'FATAL',
    code: '28000',
  })
