/**
 * The request of Neon's SQL over HTTP, read: body and headers in, statements out. What is accepted
 * and how JSON values become text follow Neon's proxy (neondatabase/neon, proxy/src/serverless).
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { z } from 'zod'

export interface SqlStatement {
  readonly sql: string
  readonly parameters: readonly (string | null)[]
  /** Rows as arrays rather than as objects by column name. */
  readonly arrayMode: boolean
}

export interface SqlRequest {
  readonly statements: readonly SqlStatement[]
  /** How a batch opens its transaction; undefined for a single statement, which has none. */
  readonly begin: string | undefined
}

/** A request that never gets to the database. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.name = 'RequestError'
    this.status = status
  }
}

/** Of a request and of an answer: https://neon.com/docs/serverless/serverless-driver */
export const MAX_BODY_BYTES = 64 * 1024 * 1024

const ISOLATION = new Map([
  ['ReadUncommitted', 'read uncommitted'],
  ['ReadCommitted', 'read committed'],
  ['RepeatableRead', 'repeatable read'],
  ['Serializable', 'serializable'],
])

const Single = z.object({
  query: z.string(),
  params: z.array(z.json()).default([]),
  arrayMode: z.boolean().optional(),
})

const Payload = z.union([z.object({ queries: z.array(Single) }), Single])

/** @throws RequestError for a body or header Neon would not take */
export async function readSqlRequest(request: IncomingMessage): Promise<SqlRequest> {
  const { headers } = request
  const begin = beginOf(headers)
  const payload = parsePayload(await readBody(request))
  const arrayMode = headers['neon-array-mode'] === 'true'
  const toStatement = ({ query, params, ...own }: z.infer<typeof Single>): SqlStatement => ({
    sql: query,
    parameters: params.map(toText),
    arrayMode: own.arrayMode ?? arrayMode,
  })
  if ('queries' in payload) return { statements: payload.queries.map(toStatement), begin }
  return { statements: [toStatement(payload)], begin: undefined }
}

function beginOf(headers: IncomingHttpHeaders): string {
  const level = headers['neon-batch-isolation-level']
  const isolation = level === undefined ? undefined : ISOLATION.get(String(level))
  if (level !== undefined && !isolation) throw new RequestError(400, 'invalid isolation level')
  const modes = [
    isolation && `isolation level ${isolation}`,
    headers['neon-batch-read-only'] === 'true' && 'read only',
    headers['neon-batch-deferrable'] === 'true' && 'deferrable',
  ]
  return `begin ${modes.filter(Boolean).join(', ')}`
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) {
      throw new RequestError(413, `request is too large (max is ${MAX_BODY_BYTES} bytes)`)
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function parsePayload(body: Buffer): z.infer<typeof Payload> {
  try {
    return Payload.parse(JSON.parse(body.toString()))
  } catch (error) {
    const detail = error instanceof z.ZodError ? 'expected {query, params} or {queries}' : error
    throw new RequestError(400, `could not parse the request body: ${String(detail)}`)
  }
}

type Json = z.infer<ReturnType<typeof z.json>>

/** A JSON value as a text parameter: an array becomes an array of Postgres, an object JSON. */
function toText(value: Json): string | null {
  if (value === null || typeof value === 'string') return value
  if (Array.isArray(value)) return `{${value.map(toElement).join(',')}}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function toElement(value: Json): string {
  const text = toText(value)
  if (text === null) return 'NULL'
  return typeof value === 'number' || typeof value === 'boolean' || Array.isArray(value)
    ? text
    : `"${text.replace(/["\\]/g, '\\$&')}"`
}
