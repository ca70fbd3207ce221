/**
 * A model provider that takes its time, the same for whoever is measured: a chat that is quiet for 100 ms and then
 * says a word every 10 ms, and the stand-in's speech, quiet for 60 ms. Everything else is the stand-in's as it is.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds: to the first word, from word to word, and to the first byte of speech. */
export const PACE = { firstWord: 100, word: 10, speech: 60 }

/** 38 words; the first comma comes after five. */
const REPLY =
  'The warranty lasts two years, and it covers every part that breaks in ordinary use. Bring the receipt with you. ' +
  'Parts that wear, such as belts and brushes, are not covered, but we replace them at half their price.'

export interface TimedProvider {
  /** With the path that clients call the base. */
  baseUrl: string
  close(): Promise<void>
}

/** @param baseUrl Of the stand-in */
export async function startTimedProvider(baseUrl: string): Promise<TimedProvider> {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    if (path.endsWith('/chat/completions')) return void chat(incoming, outgoing)
    forward(new URL(path, baseUrl).href, incoming, outgoing)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // Safe: a server that listens on a port has an address of that kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}${new URL(baseUrl).pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  const onward = request(url, { method, headers }, (answer) => {
    setTimeout(
      () => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
      url.endsWith('/audio/speech') ? PACE.speech : 0,
    )
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}

/** A streamed completion, as OpenAI's chat API writes it. */
async function chat(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  incoming.resume()
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
  const say = (fields: object) => {
    const head = { id: 'chat', object: 'chat.completion.chunk', created: 0, model: 'paced' }
    outgoing.write(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`)
  }
  await wait(PACE.firstWord)
  for (const word of REPLY.match(/\S+\s*/g) ?? []) {
    say({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })
    await wait(PACE.word)
  }
  say({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const usage = { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 }
  say({ choices: [], usage })
  outgoing.end('data: [DONE]\n\n')
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
