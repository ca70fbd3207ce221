/**
 * What a request to the Upstash REST API asks for: its credential, its body and the command its
 * path spells. No Redis here. Source: https://upstash.com/docs/redis/features/restapi
 */
import type { IncomingMessage } from 'node:http'
import type { Command } from './commands.ts'

/** Upstash's limit on a request, in bytes. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024

/** An answer other than 200. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** @throws RequestError 401 when neither header nor `_token` parameter carries the token */
export function authorize(request: IncomingMessage, url: URL, token: string): void {
  const header = request.headers.authorization?.replace(/^bearer /i, '')
  if ((header ?? url.searchParams.get('_token')) === token) return
  throw new RequestError(401, 'WRONGPASS invalid or missing auth token')
}

/** The body as text. @throws RequestError 413 when it is larger than Upstash takes */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_REQUEST_BYTES) {
      throw new RequestError(
        413,
        `ERR max request size exceeded. Limit: ${MAX_REQUEST_BYTES} bytes`,
      )
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

/** The body as JSON. @throws RequestError 400 */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new RequestError(400, 'ERR failed to parse the request body as JSON')
  }
}

/**
 * The command a path like `/set/key/value?EX=100` spells. The body of a POST is the last argument
 * of the path, and query parameters follow it.
 */
export function pathCommand(url: URL, body: string): Command {
  const command = url.pathname
    .slice(1)
    .split('/')
    .map((part) => decodeURIComponent(part))
  if (body) command.push(body)
  for (const [name, value] of url.searchParams) {
    if (name === '_token') continue
    command.push(name)
    if (value) command.push(value)
  }
  return command
}
