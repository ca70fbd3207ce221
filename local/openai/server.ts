/**
 * The OpenAI API offline, for the real client: chat, responses, embeddings, speech, transcription,
 * moderation, Realtime. The models behind it are lexical and deterministic (models.ts names them); nothing
 * is kept, so what refers to earlier requests is refused.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError } from './api-error.ts'
import type { Call } from './call.ts'
import { completeChat } from './chat.ts'
import { createEmbeddings } from './embeddings.ts'
import { createFailures, getModel, listModels, type Script, scriptOf, type Task } from './models.ts'
import { moderate } from './moderations.ts'
import { acceptRealtime } from './realtime.ts'
import { sendReply, type Reply } from './reply.ts'
import { checkKey, readBody } from './request.ts'
import { createResponse } from './responses.ts'
import { speak } from './speech.ts'
import { transcribe } from './transcription.ts'

interface OpenAiRequest {
  /** Such as /v1/chat/completions. */
  readonly path: string
  /** As sent, with its suffix; empty when the request named none. */
  readonly model: string
}

export interface OpenAi {
  /** For the client's baseURL. */
  readonly baseUrl: string
  /** Requests that carried the right key, oldest first. */
  requests(): readonly OpenAiRequest[]
  /** Body of the newest of them that had a model, as it was read. */
  last(): unknown
  /** False makes every request fail by a closed socket, as an unreachable provider does. */
  setUp(up: boolean): void
  close(): Promise<void>
}

interface Endpoint {
  readonly task: Task
  /** When the request may leave the model out. */
  readonly defaultModel?: string
  answer(call: Call, model: string): Reply
}

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v1/chat/completions', { task: 'chat', answer: completeChat }],
  ['/v1/responses', { task: 'chat', answer: createResponse }],
  ['/v1/embeddings', { task: 'embedding', answer: createEmbeddings }],
  ['/v1/audio/speech', { task: 'audio', answer: speak }],
  ['/v1/audio/transcriptions', { task: 'audio', answer: transcribe }],
  ['/v1/moderations', { task: 'moderation', defaultModel: 'va-moderation-1', answer: moderate }],
])

/** What the server does with each request besides answering it. */
interface Desk {
  readonly apiKey: string | undefined
  readonly fail: (model: string, script: Script) => void
  readonly requests: OpenAiRequest[]
  last: unknown
}

/**
 * Starts the API on 127.0.0.1.
 *
 * @param options.port 0 or absent for any free port
 * @param options.apiKey without it any key, or none, is taken
 */
export async function startOpenAi(
  options: { port?: number; apiKey?: string } = {},
): Promise<OpenAi> {
  const desk: Desk = {
    apiKey: options.apiKey,
    fail: createFailures(),
    requests: [],
    last: undefined,
  }
  let up = true
  const server = createServer((request, response) => {
    if (!up) return request.socket.destroy()
    void handle(desk, request, response)
  })
  acceptRealtime(server, {
    isUp: () => up,
    admit(request, model) {
      if (desk.apiKey !== undefined) checkKey(request, desk.apiKey)
      desk.requests.push({ path: '/v1/realtime', model })
      const script = scriptOf(model, 'realtime')
      desk.fail(model, script)
      return script
    },
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${portOf(server.address())}/v1`,
    requests: () => desk.requests.slice(),
    last: () => desk.last,
    setUp(value) {
      up = value
      // An unreachable server does not go on with what it had begun either.
      if (!value) server.closeAllConnections()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function handle(desk: Desk, request: IncomingMessage, response: ServerResponse) {
  response.setHeader('x-request-id', `req_${randomUUID().replaceAll('-', '')}`)
  try {
    if (desk.apiKey !== undefined) checkKey(request, desk.apiKey)
    const { reply, pace } = await answer(desk, request)
    await sendReply(response, reply, pace)
  } catch (error) {
    sendError(response, error)
  }
}

async function answer(
  desk: Desk,
  request: IncomingMessage,
): Promise<{ reply: Reply; pace: Script['pace'] }> {
  const { pathname } = new URL(request.url ?? '/', 'http://openai')
  const endpoint = ENDPOINTS.get(pathname)
  if (!endpoint) return { reply: describeModels(desk, request, pathname), pace: 'normal' }
  if (request.method !== 'POST') throw wrongMethod(request, pathname)
  const body = await readBody(request)
  const model = body['model'] ?? endpoint.defaultModel
  if (typeof model !== 'string' || model === '') {
    throw new ApiError(400, 'you must provide a model parameter', { param: 'model' })
  }
  desk.requests.push({ path: pathname, model })
  desk.last = body
  const script = scriptOf(model, endpoint.task)
  desk.fail(model, script)
  const call = { body, id: randomUUID().replaceAll('-', ''), now: Date.now() }
  return { reply: endpoint.answer(call, model), pace: script.pace }
}

function describeModels(desk: Desk, request: IncomingMessage, path: string): Reply {
  const name = /^\/v1\/models(?:\/(.+))?$/u.exec(path)
  if (!name) throw new ApiError(404, `Unknown request URL: ${request.method} ${path}`)
  if (request.method !== 'GET') throw wrongMethod(request, path)
  const model = decodeURIComponent(name[1] ?? '')
  desk.requests.push({ path, model })
  return model ? getModel(model) : listModels()
}

function wrongMethod({ method }: IncomingMessage, path: string): ApiError {
  return new ApiError(405, `Not allowed to ${method} on ${path}`, { code: 'method_not_supported' })
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, `The stand-in failed: ${String(error)}`, { type: 'server_error' })
  response.writeHead(known.status, {
    'content-type': 'application/json',
    ...(known.retryAfter === undefined ? {} : { 'retry-after': String(known.retryAfter) }),
  })
  response.end(JSON.stringify(known.body))
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}
