/**
 * Neon's `POST /sql`. Requests that come before the database is ready wait for it; those whose
 * client leaves before their turn are not run. A query that already runs cannot be stopped.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Backend } from '../postgres/backend.ts'
import { type ErrorFields, PostgresError } from '../postgres/replies.ts'
import { type Credentials, logInByUrl } from './credentials.ts'
import { runSql } from './run-sql.ts'
import { MAX_BODY_BYTES, readSqlRequest, RequestError } from './sql-request.ts'

const NO_FIELDS: Record<keyof ErrorFields, null> = {
  severity: null,
  code: null,
  detail: null,
  hint: null,
  position: null,
  internalPosition: null,
  internalQuery: null,
  where: null,
  schema: null,
  table: null,
  column: null,
  dataType: null,
  constraint: null,
  file: null,
  line: null,
  routine: null,
}

export async function answerSql(
  backend: Promise<Backend>,
  credentials: Credentials,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    if (request.method !== 'POST' || request.url !== '/sql')
      throw new RequestError(404, 'not found')
    const connectionString = String(request.headers['neon-connection-string'] ?? '')
    const login = logInByUrl(credentials, connectionString)
    const sql = await readSqlRequest(request)
    const database = await backend
    const run = () => database.withSession(login, (exchange) => runSql(exchange, sql), left.signal)
    send(response, 200, withinLimit(JSON.stringify(await run())))
  } catch (error) {
    if (!left.signal.aborted) sendError(response, error)
  }
}

function withinLimit(json: string): string {
  if (Buffer.byteLength(json) <= MAX_BODY_BYTES) return json
  throw new RequestError(507, `response is too large (max is ${MAX_BODY_BYTES} bytes)`)
}

/** What the database refused is 400 with its fields; a lost database is 500. */
function sendError(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const fields = error instanceof PostgresError ? error.fields : {}
  const refusal = error instanceof PostgresError ? 400 : 500
  const status = error instanceof RequestError ? error.status : refusal
  send(response, status, JSON.stringify({ message, ...NO_FIELDS, ...fields }))
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(json)
}
