/** A bounded load: a fixed number of requests over eight connections that stay open. */
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

const CONNECTIONS = 8

interface Shot {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
}

export interface Target {
  url: string
  /** What to send as request number `n`. */
  shot: (n: number) => Shot
  /** The answer every request must have, or what is measured is something else. */
  status: number
}

/** @returns seconds it took @throws Error at the first answer that is not as expected */
export async function fire({ url, shot, status }: Target, requests: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const started = performance.now()
  let next = 0
  const lane = async () => {
    for (let n = next++; n < requests; n = next++) {
      const answer = await send(url, agent, shot(n))
      if (answer.status === status) continue
      throw new Error(`${url} answered ${answer.status}, not ${status}: ${answer.body.toString()}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  } finally {
    agent.destroy()
  }
  return (performance.now() - started) / 1000
}

function send(url: string, agent: Agent, { method = 'GET', headers = {}, body }: Shot) {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  return new Promise<{ status: number | undefined; body: Buffer }>((resolve, reject) => {
    const call = request(url, { agent, method, headers: { ...headers, ...length } }, (response) => {
      buffer(response).then(
        (answer) => resolve({ status: response.statusCode, body: answer }),
        reject,
      )
    })
    call.on('error', reject)
    call.end(body)
  })
}
