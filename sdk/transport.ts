/**
 * One HTTP call of the client: address, credential, retries, and failures as VoiceAssistError.
 * It knows no resource; those are documents.ts, flags.ts and ask.ts.
 */
import { fromFailure, fromRefusal, type VoiceAssistError } from './errors.ts'

/**
 * `getToken` is asked before every call and should answer from memory; `rejected` is set when the
 * server refused the token it gave last, so that it fetches another one.
 */
export type GetToken = (asked: { rejected: boolean }) => string | Promise<string>

export interface TransportOptions {
  /** Origin of the deployment, such as `https://voice.example.com`; '' means the page's own. */
  url: string
  token?: string
  getToken?: GetToken
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  raw?: FormData | Blob
  accept?: string
  /** Of the last event that came; what is behind it is asked for. */
  lastEventId?: string | undefined
  signal?: AbortSignal | undefined
}

export interface Transport {
  readonly url: string
  authorization: (rejected?: boolean) => Promise<string | null>
  /** The response when it is 2xx. @throws VoiceAssistError otherwise */
  send: (path: string, call?: Call) => Promise<Response>
  json: <T>(path: string, call?: Call) => Promise<T>
}

/** Attempts of a call that changes nothing; the first one included. */
const READ_ATTEMPTS = 3
const BACKOFF_MS = 400
/** A server that asks for more than this gets its error shown instead of a client that hangs. */
const LONGEST_WAIT_MS = 8_000
const PASSING = new Set([0, 429, 502, 503, 504])

/** The server builds every answer from the schema `T` is inferred from; checked there, not twice. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming T is the point
export function trustWire<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place for it
  return value as T
}

/** Milliseconds to wait before the next attempt; null when another one is of no use. */
function nextWait(error: VoiceAssistError, tries: number, method: string): number | null {
  if (method !== 'GET' || tries >= READ_ATTEMPTS) return null
  if (error.code === 'aborted' || !PASSING.has(error.status)) return null
  const wait = error.retryAfterMs ?? BACKOFF_MS * 2 ** (tries - 1)
  return wait <= LONGEST_WAIT_MS ? wait : null
}

/** As a query string; what is undefined is left out. */
export function searchOf(query: object): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  return search
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}

const encodeBody = (call: Call, headers: Headers): BodyInit | null => {
  if (call.raw) return call.raw
  if (call.body === undefined) return null
  headers.set('content-type', 'application/json')
  return JSON.stringify(call.body)
}

async function attempt(url: string, call: Call, authorization: string | null): Promise<Response> {
  const headers = new Headers({ accept: call.accept ?? 'application/json' })
  if (authorization) headers.set('authorization', authorization)
  if (call.lastEventId) headers.set('last-event-id', call.lastEventId)
  const body = encodeBody(call, headers)
  const init = { method: call.method ?? 'GET', headers, body, signal: call.signal ?? null }
  const response = await fetch(url, init).catch((error: unknown) => {
    throw fromFailure(error)
  })
  if (response.ok) return response
  const text = await response.text().catch(() => '')
  const { status } = response
  throw fromRefusal({ status, body: text, header: (name) => response.headers.get(name) })
}

/** A transport bound to one deployment and one credential. Connects to nothing by itself. */
export function createTransport({ url, token, getToken }: TransportOptions): Transport {
  const origin = url.replace(/\/+$/, '')
  const authorization = async (rejected = false) => {
    const value = getToken ? await getToken({ rejected }) : token
    return value ? `Bearer ${value}` : null
  }

  const send = async (path: string, call: Call = {}) => {
    let rejected = false
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(origin + path, call, await authorization(rejected))
      } catch (thrown) {
        const error = fromFailure(thrown)
        const renew: boolean = error.status === 401 && getToken !== undefined && !rejected
        const wait = renew ? 0 : nextWait(error, tries, call.method ?? 'GET')
        if (wait === null) throw error
        rejected ||= renew
        await pause(wait, call.signal)
      }
    }
  }
  const json = async <T>(path: string, call?: Call) => {
    const response = await send(path, call)
    return trustWire<T>(await response.json())
  }
  return { url: origin, authorization, send, json }
}
