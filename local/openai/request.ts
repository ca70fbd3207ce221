/** Reads what a client sent: the key it shows and a body of JSON or form fields. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ApiError } from './api-error.ts'

/** 25 MB of audio, the provider's limit, and the rest of the form around it. */
const MAX_BODY_BYTES = 26 * 1024 * 1024

/** @throws ApiError 401 unless the request carries `Bearer apiKey` */
export function checkKey(request: IncomingMessage, apiKey: string): void {
  const shown = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1]
  if (shown === undefined) {
    throw new ApiError(401, "You didn't provide an API key in an Authorization header.")
  }
  const [given, expected] = [Buffer.from(shown), Buffer.from(apiKey)]
  if (given.length === expected.length && timingSafeEqual(given, expected)) return
  throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' })
}

/**
 * The body as an object: parsed JSON, or the form's fields with files as bytes and repeated fields
 * as arrays.
 *
 * @throws ApiError 400 for what cannot be parsed, 413 beyond 26 MB
 */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request)
  const type = request.headers['content-type'] ?? ''
  return type.startsWith('multipart/form-data') ? readForm(bytes, type) : readJson(bytes)
}

/** Reads to the end even what is too large: a client still sending would not see the answer. */
async function readBytes(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length <= MAX_BODY_BYTES) chunks.push(bytes)
  }
  if (length > MAX_BODY_BYTES) throw new ApiError(413, 'The request is larger than 26 MB.')
  return Buffer.concat(chunks)
}

function readJson(bytes: Buffer): Record<string, unknown> {
  const value = parseJson(bytes.toString())
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ApiError(400, 'We could not parse the JSON body of your request as an object.')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readForm(
  bytes: Buffer<ArrayBuffer>,
  type: string,
): Promise<Record<string, unknown>> {
  const form = await new Response(bytes, { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new ApiError(400, 'We could not parse the form of your request.')
    })
  const fields = [...new Set(form.keys())].map(async (name) => {
    const values = await Promise.all(form.getAll(name).map(fieldOf))
    return [name, values.length === 1 ? values[0] : values] as const
  })
  return Object.fromEntries(await Promise.all(fields))
}

async function fieldOf(value: string | Blob): Promise<string | Uint8Array> {
  return typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer())
}
