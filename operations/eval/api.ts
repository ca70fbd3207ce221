/** The public API of a running deployment, as anybody with an account there has it. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

export interface Account {
  url: string
  /** An API key; or who signs in, and again whenever the access token has ended. */
  credential: { key: string } | { email: string; password: string }
}

export interface Api {
  url: string
  /** @throws Error with what was answered, when that is no success */
  send(method: string, path: string, body?: FormData | object | string): Promise<Response>
  json<Value>(
    schema: z.ZodType<Value>,
    method: string,
    path: string,
    body?: FormData | object | string,
  ): Promise<Value>
}

/** Tries of one call: while it is told to wait, or the deployment is busy. */
const TRIES = 20
const BUSY = new Set([429, 502, 503, 504])

/** @throws Error when the sign-in is refused */
export async function openApi({ url, credential }: Account): Promise<Api> {
  const signIn = async () => ('key' in credential ? credential.key : tokenOf(url, credential))
  let bearer = await signIn()
  const send: Api['send'] = async (method, path, body) => {
    let isRenewed = false
    for (let tried = 1; ; tried += 1) {
      const response = await fetch(url + path, requestOf(method, bearer, body))
      if (response.ok) return response
      const text = await response.text()
      if (response.status === 401 && !isRenewed) {
        isRenewed = true
        bearer = await signIn()
      } else if (BUSY.has(response.status) && tried < TRIES)
        await setTimeout(1000 * Number(response.headers.get('retry-after') ?? 1))
      else throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
    }
  }
  return {
    url,
    send,
    json: async (schema, method, path, body) =>
      schema.parse(await (await send(method, path, body)).json()),
  }
}

function requestOf(method: string, bearer: string, body?: FormData | object | string) {
  const headers = new Headers({ authorization: `Bearer ${bearer}` })
  if (body === undefined || body instanceof FormData) return { method, headers, body: body ?? null }
  const isLines = typeof body === 'string'
  headers.set('content-type', isLines ? 'application/x-ndjson' : 'application/json')
  return { method, headers, body: isLines ? body : JSON.stringify(body) }
}

const Session = z.object({ accessToken: z.string() })

async function tokenOf(url: string, owner: { email: string; password: string }): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: url }
  const init = { method: 'POST', headers, body: JSON.stringify(owner) }
  const response = await fetch(`${url}/api/auth/sign-in/email`, init)
  if (!response.ok) throw new Error(`The sign-in was answered ${response.status}.`)
  return Session.parse(await response.json()).accessToken
}
