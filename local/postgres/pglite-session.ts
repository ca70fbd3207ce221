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
import { createTurns, type EndTurn } from './turns.ts'

/** The superuser PGlite's template is made with. */
export const SUPERUSER = 'postgres'

/** Somebody who uses the session more than once and wants to find it as it was left. */
export interface Holder {
  readonly role: string
  /** SQL that brings back the holder's own settings. */
  readonly settings: readonly string[]
}

export interface SharedSession {
  /** Waits for a turn and logs the holder in. The returned function ends the turn. */
  enter(holder: Holder, signal?: AbortSignal): Promise<EndTurn>
  /** To be called in one's own turn only. */
  readonly exchange: Exchange
  /** Ends the open transaction, if there is one. */
  rollback(): Promise<void>
  /** Closes the database after the running turn; nobody gets another one. */
  close(): Promise<void>
}

export function shareSession(thread: PgliteThread): SharedSession {
  const takeTurn = createTurns(1)
  let last: Holder | undefined
  let idle = true

  const exchange = async (messages: Uint8Array) => {
    const answer = await thread.exchange(messages)
    idle = readStatus(answer) === 'I'
    return answer
  }
  const rollback = async () => {
    if (!idle) await exchange(Buffer.concat([sync, query('rollback')]))
  }
  const logIn = async (holder: Holder) => {
    last = undefined
    const [admitted] = readResults(await exchange(query(logInSql(holder.role)))).slice(-1)
    if (!admitted?.rows.length) throw notPermitted(holder.role)
    for (const sql of holder.settings) await exchange(query(sql))
    last = holder
  }
  return {
    exchange,
    rollback,
    async close() {
      await takeTurn()
      await thread.close()
    },
    async enter(holder, signal) {
      const endTurn = await takeTurn(signal)
      try {
        if (last !== holder) await logIn(holder)
        return endTurn
      } catch (error) {
        endTurn()
        throw error
      }
    },
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
