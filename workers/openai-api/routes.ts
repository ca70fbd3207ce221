/**
 * `/v1`, as OpenAI's clients call it: models, embeddings, chat completions and responses over the
 * knowledge bases. Files and vector stores are file-routes.ts and store-routes.ts, `/v1/realtime` is voice.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { eventsResponse, type Frame, streamEvents } from '../../shared/events.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { OpenAiResponse, ResponseRequest } from './responses-schemas.ts'
import {
  ChatCompletion,
  ChatRequest,
  EmbeddingList,
  EmbeddingRequest,
  ModelList,
  OpenAiModel,
} from './schemas.ts'
import {
  type ApiContext,
  completeChat,
  createEmbeddings,
  createResponse,
  getModel,
  listModels,
  streamChatChunks,
  streamResponse,
} from './service.ts'

const TAGS = ['openai']
const FAILURES = problems(
  'invalid_request',
  'unauthenticated',
  'budget_exceeded',
  'forbidden',
  'not_found',
  'dependency_down',
  'timed_out',
)

const models = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    summary: 'Every knowledge base is a model that answers from it; and the embedder',
    tags: TAGS,
    responses: { 200: json(ModelList, 'Models the caller may use'), ...FAILURES },
  }),
)

const model = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'getModel',
    tags: TAGS,
    request: { params: z.object({ model: z.string() }) },
    responses: { 200: json(OpenAiModel, 'The model'), ...FAILURES },
  }),
)

const embeddings = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/v1/embeddings',
      operationId: 'createEmbeddings',
      tags: TAGS,
      request: { body: jsonBody(EmbeddingRequest) },
      responses: { 200: json(EmbeddingList, 'A vector per text, in order'), ...FAILURES },
    }),
  ),
)

const chat = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/v1/chat/completions',
      operationId: 'createChatCompletion',
      summary: 'Answers the last message from a knowledge base, with proof',
      tags: TAGS,
      request: { body: jsonBody(ChatRequest) },
      responses: {
        ...FAILURES,
        200: eventsResponse('The completion; with `stream`, its chunks and then [DONE]', {
          'application/json': { schema: ChatCompletion },
        }),
      },
    }),
  ),
)

const responses = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: '/v1/responses',
      operationId: 'createResponse',
      summary: 'Answers from vector stores: a file search, then a message that cites files',
      tags: TAGS,
      request: { body: jsonBody(ResponseRequest) },
      responses: {
        ...FAILURES,
        200: eventsResponse('The response; with `stream`, the events it comes about in', {
          'application/json': { schema: OpenAiResponse },
        }),
      },
    }),
  ),
)

export const openAiRoutes = createRouter<AppEnv<ApiContext & LimitContext>>()
  .openapi(models, async (c) => c.json(await listModels(c.var.ctx), 200))
  .openapi(model, async (c) => c.json(await getModel(c.var.ctx, c.req.valid('param').model), 200))
  .openapi(embeddings, async (c) => {
    const made = await createEmbeddings(c.var.ctx, c.req.valid('json'), c.req.raw.signal)
    return c.json(made, 200)
  })
  .openapi(chat, async (c) => {
    const request = c.req.valid('json')
    if (request.stream !== true) {
      return c.json(await completeChat(c.var.ctx, request, c.req.raw.signal), 200)
    }
    const start = (signal: AbortSignal) => ended(streamChatChunks(c.var.ctx, request, signal))
    return streamEvents(c, start, (data): Frame => [null, data])
  })
  .openapi(responses, async (c) => {
    const request = c.req.valid('json')
    if (request.stream !== true) {
      return c.json(await createResponse(c.var.ctx, request, c.req.raw.signal), 200)
    }
    const start = (signal: AbortSignal) => streamResponse(c.var.ctx, request, signal)
    return streamEvents(c, start, (event): Frame => [event.type, event])
  })

/** A chat's stream says that it is over; one that failed does not. */
async function* ended(chunks: AsyncGenerator<object>): AsyncGenerator<object | string> {
  yield* chunks
  yield '[DONE]'
}
