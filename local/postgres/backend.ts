/**
 * What the Neon stand-in needs of a database: sessions for requests, and a place for TCP clients.
 * PGlite (pglite.ts) and a real PostgreSQL (server.ts) are the two there are. Bytes cross this
 * line in PostgreSQL's own wire format, so that nothing is lost or reformatted on the way.
 */
import type { Socket } from 'node:net'
import type { MessageReader } from './reader.ts'

export interface Login {
  readonly role: string
  readonly password: string
}

/**
 * Sends whole frontend messages that end with Sync or Query; answers with the backend's messages
 * up to ReadyForQuery. Errors of SQL are part of the answer, only a lost database throws.
 */
export type Exchange = (messages: Uint8Array) => Promise<Buffer>

/** A client that has proved to be `login`, and the parameters of its StartupMessage. */
export interface Client {
  readonly login: Login
  readonly socket: Socket
  readonly reader: MessageReader
  readonly parameters: ReadonlyMap<string, string>
}

export interface Backend {
  /**
   * Runs `work` alone on a session of `login`. Settings, roles, temporary tables, locks and open
   * transactions do not outlive it. Work still waiting when `signal` aborts never starts.
   *
   * @throws PostgresError when the role may not log in
   */
  withSession<T>(
    login: Login,
    work: (exchange: Exchange) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /** Serves a TCP client until it leaves. The caller closes the socket. */
  serve(client: Client): Promise<void>
  /** Ends running work, then the database. May be called twice. */
  close(): Promise<void>
}
