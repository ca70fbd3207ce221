/**
 * One TCP client on PGlite's shared session. Each run of messages is a turn; a transaction keeps
 * the turn until it ends or its client is silent for too long. What SET changed and what the
 * client prepared is kept apart from other clients'; temporary tables and LISTEN last a turn.
 */
import type { Client } from './backend.ts'
import { int32, message, query } from './messages.ts'
import { type Holder, literal, type SharedSession } from './pglite-session.ts'
import { type MessageReader, splitMessages } from './reader.ts'
import { errorResponse, PostgresError, readResults, readStatus, textUntilNul } from './replies.ts'
import { type StatementNames, statementNames } from './statement-names.ts'
import type { EndTurn } from './turns.ts'

/** Everybody else waits while a transaction is open, so a forgotten one has to end by itself. */
const IDLE_IN_TRANSACTION_MS = 5_000

/** What drivers want to know at the start of a connection. */
const REPORTED = query(`select name, setting from pg_settings where name in ('server_version',
  'server_encoding', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone',
  'integer_datetimes', 'standard_conforming_strings')`)

/** The parameters of a StartupMessage that are no settings. */
const NOT_SETTINGS = new Set(['user', 'database', 'options', 'replication'])

/** Any other message would put PGlite into an endless loop of errors. */
const SERVED = 'PBDECHSQ'

/** Data of a COPY that has failed by then: PostgreSQL ignores these too. */
const IGNORED = 'dcf'

export async function serveClient(session: SharedSession, client: Client): Promise<void> {
  const visit = new Visit(session, client)
  try {
    await converse(visit, client)
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error
    client.socket.write(errorResponse(error.fields.code ?? 'XX000', error.message))
  } finally {
    await visit.leave()
  }
}

async function converse(visit: Visit, { socket, reader }: Client): Promise<void> {
  const names = statementNames()
  socket.write(greeting(await visit.run(REPORTED)))
  for (;;) {
    const messages = await inTime(nextRun(reader, names), visit.hasTurn)
    if (!messages) break
    const answer = await visit.run(messages)
    if (onlySets(messages, answer)) visit.remember(textUntilNul(messages, 5))
    socket.write(answer)
  }
  const closes = names.closeAll()
  if (closes) await visit.run(closes)
}

/** A client's stay at the session: a turn for each run, kept while a transaction is open. */
class Visit {
  readonly #session: SharedSession
  readonly #settings: string[]
  readonly #holder: Holder
  #endTurn: EndTurn | undefined

  constructor(session: SharedSession, { login, parameters }: Client) {
    this.#session = session
    this.#settings = [...parameters].filter(([name]) => !NOT_SETTINGS.has(name)).map(toSql)
    this.#holder = { role: login.role, settings: this.#settings }
  }

  get hasTurn(): boolean {
    return this.#endTurn !== undefined
  }

  async run(messages: Buffer): Promise<Buffer> {
    this.#endTurn ??= await this.#session.enter(this.#holder)
    const answer = await this.#session.exchange(messages)
    if (readStatus(answer) === 'I') this.#end()
    return answer
  }

  remember(setting: string): void {
    this.#settings.push(setting)
  }

  async leave(): Promise<void> {
    if (this.hasTurn) await this.#session.rollback().finally(() => this.#end())
  }

  #end(): void {
    this.#endTurn?.()
    this.#endTurn = undefined
  }
}

/** Messages up to one that wants an answer; undefined when the client leaves. */
async function nextRun(reader: MessageReader, names: StatementNames): Promise<Buffer | undefined> {
  const run: Buffer[] = []
  for (;;) {
    const next = await reader.next()
    if (!next || next.type === 'X') return undefined
    if (IGNORED.includes(next.type)) continue
    if (!SERVED.includes(next.type)) throw refusal('08P01', `unsupported message ${next.type}`)
    run.push(names.rename(next))
    if ('SQH'.includes(next.type)) return Buffer.concat(run)
  }
}

/** @throws PostgresError when the client keeps a transaction open and says nothing */
async function inTime<T>(waiting: Promise<T>, hasTurn: boolean): Promise<T> {
  if (!hasTurn) return waiting
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = 'terminating connection due to idle-in-transaction timeout'
    timer = setTimeout(() => reject(refusal('25P03', text)), IDLE_IN_TRANSACTION_MS)
  })
  return Promise.race([waiting, late]).finally(() => clearTimeout(timer))
}

function greeting(reported: Buffer): Buffer {
  const [settings] = readResults(reported)
  const parameters = (settings?.rows ?? []).map(([name, value]) =>
    message('S', Buffer.from(`${name}\0${value}\0`)),
  )
  const backendKey = message('K', int32(process.pid), int32(0))
  return Buffer.concat([AUTHENTICATED, ...parameters, backendKey, READY])
}

const AUTHENTICATED = message('R', int32(0))
const READY = message('Z', Buffer.from('I'))

/** Whether a run was a SET that held, to be repeated when others had the session in between. */
function onlySets(messages: Buffer, answer: Buffer): boolean {
  if (messages.toString('latin1', 0, 1) !== 'Q' || readStatus(answer) !== 'I') return false
  const replies = [...splitMessages(answer)].filter(({ type }) => type !== 'Z' && type !== 'N')
  return replies.every(({ type, body }) => type === 'C' && /^(RE)?SET\0/.test(body.toString()))
}

const toSql = ([name, value]: [string, string]) =>
  `select set_config(${literal(name)}, ${literal(value)}, false)`

const refusal = (code: string, text: string) => new PostgresError(text, { code })
