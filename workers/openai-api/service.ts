/** Questions asked the way OpenAI's clients ask, answered from a knowledge base; and its embedder. */
import { ProblemError, toProblem } from '../../shared/errors.ts'
import { render } from '../../shared/render.ts'
import { assistantNames } from '../assistant/service.ts'
import { requireModels } from '../flags/client-service.ts'
import type { AskEvent } from '../knowledge/schemas.ts'
import {
  answerQuestion,
  type Ask,
  bases,
  EMBEDDING_BATCH,
  embedTexts,
  type KnowledgeContext,
  profileOf,
} from '../knowledge/service.ts'
import { completionOf, createChunks } from './chat-wire.ts'
import { type Asked, askedOf, type Said } from './conversation.ts'
import {
  ASSISTANT,
  assistantModel,
  assistantOf,
  base64Of,
  kbOf,
  modelOf,
  secondsOf,
} from './models.ts'
import { invalid, saidInChat, saidInInput, searchOf } from './narrow-service.ts'
import { createResponseEvents, type StreamEvent } from './response-events.ts'
import { responseOf, type ResponseReply } from './response-wire.ts'
import type { ResponseRequest } from './responses-schemas.ts'
import type {
  ChatRequest,
  EmbeddingList,
  EmbeddingRequest,
  ModelList,
  OpenAiModel,
} from './schemas.ts'
import {
  completeTurn,
  createTurnResponse,
  streamTurnChunks,
  streamTurnResponse,
  type TurnApiContext,
} from './turn-service.ts'
import type { Reply, Source } from './wire-types.ts'

export type ApiContext = KnowledgeContext & TurnApiContext

/** @throws ProblemError not_found, invalid_fields, dependency_down, budget_exceeded */
export async function completeChat(ctx: ApiContext, request: ChatRequest, signal: AbortSignal) {
  if (isAssistant(request)) return completeTurn(ctx, request, signal)
  for await (const event of askChat(ctx, request, signal)) {
    if (event.type === 'done') return completionOf(replyOf(ctx, request.model), event.answer)
  }
  throw new Error('an answer always ends with done')
}

/** The chunks of a streamed completion. @throws ProblemError as `completeChat` */
export async function* streamChatChunks(
  ctx: ApiContext,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<object> {
  if (isAssistant(request)) return yield* streamTurnChunks(ctx, request, signal)
  const reply = replyOf(ctx, request.model)
  const chunksOf = createChunks(reply, request.stream_options?.include_usage === true)
  for await (const event of askChat(ctx, request, signal)) yield* chunksOf(event)
}

function askChat(ctx: ApiContext, request: ChatRequest, signal: AbortSignal) {
  const asked = questionOf('messages', saidInChat(request))
  return answersOf(ctx, [kbNamed(request.model)], asked, signal)
}

/** @throws ProblemError not_found, invalid_fields, dependency_down, budget_exceeded */
export async function createResponse(
  ctx: ApiContext,
  request: ResponseRequest,
  signal: AbortSignal,
) {
  if (isAssistant(request)) return createTurnResponse(ctx, request, signal)
  const { reply, events } = askResponse(ctx, request, signal)
  let sources: readonly Source[] = []
  for await (const event of events) {
    if (event.type === 'found') ({ sources } = event)
    if (event.type === 'done') return responseOf(reply, event.answer, sources)
  }
  throw new Error('an answer always ends with done')
}

/**
 * The events of a streamed response. What fails after the first of them is the event `error`.
 *
 * @throws ProblemError as `createResponse`
 */
export async function* streamResponse(
  ctx: ApiContext,
  request: ResponseRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const events = isAssistant(request)
    ? streamTurnResponse(ctx, request, signal)
    : streamAnswer(ctx, request, signal)
  let last: StreamEvent | undefined
  try {
    for await (last of events) yield last
  } catch (error) {
    if (!last || signal.aborted) throw error
    ctx.log.error('a streamed response failed', { error })
    yield { ...failureOf(ctx, error), sequence_number: last.sequence_number + 1 }
  }
}

async function* streamAnswer(
  ctx: ApiContext,
  request: ResponseRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const { reply, events } = askResponse(ctx, request, signal)
  const eventsOf = createResponseEvents(reply)
  for await (const event of events) yield* eventsOf(event)
}

const isAssistant = ({ model }: { model: string }) => assistantOf(model) !== undefined

/** https://platform.openai.com/docs/api-reference/responses-streaming/error */
function failureOf({ requestId }: ApiContext, error: unknown) {
  const { body } = render(toProblem(error), '/v1/responses', requestId)
  const rendered: { error: { code: string; message: string } } = JSON.parse(body)
  const { code, message } = rendered.error
  return { type: 'error', code, message, param: null, error: rendered.error }
}

function askResponse(ctx: ApiContext, request: ResponseRequest, signal: AbortSignal) {
  const { instructions, metadata, include } = request
  const asked = questionOf('input', saidInInput(request))
  const { kbIds, maxSources, filters } = searchIn(request)
  const reply: ResponseReply = {
    ...replyOf(ctx, request.model),
    hasResults: include?.includes('file_search_call.results') === true,
    question: asked.question,
    instructions: instructions ?? null,
    metadata: metadata ?? {},
    search: {
      vector_store_ids: kbIds,
      ...(maxSources && { max_num_results: maxSources }),
      ...(filters && { filters }),
    },
  }
  return { reply, events: answersOf(ctx, kbIds, { ...asked, maxSources, filters }, signal) }
}

/** What its file_search asks for; without one, the knowledge base its model names. @throws ProblemError not_found */
function searchIn(request: ResponseRequest) {
  const search = searchOf(request)
  const kbIds = search?.vector_store_ids ?? [kbNamed(request.model)]
  const maxSources = search?.max_num_results ?? undefined
  return { kbIds, maxSources, filters: search?.filters ?? undefined }
}

function answersOf(
  ctx: ApiContext,
  kbIds: readonly string[],
  asked: Asked & Pick<Ask, 'filters' | 'maxSources'>,
  signal: AbortSignal,
): AsyncGenerator<AskEvent> {
  ctx.metrics.inc('messages_sent_total', { conversation_type: 'text' })
  return naming(kbIds, answerQuestion(ctx, { ...asked, kbs: kbIds }, signal))
}

/** A knowledge base that is not there, or not the caller's, is named as this surface names it. */
async function* naming(
  kbIds: readonly string[],
  events: AsyncGenerator<AskEvent>,
): AsyncGenerator<AskEvent> {
  try {
    yield* events
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const [missing] = (error.errors ?? []).flatMap(({ pointer }) => {
      const at = /^\/kbs\/(\d+)$/.exec(pointer)?.[1]
      return at === undefined ? [] : [kbIds[Number(at)] ?? '']
    })
    throw missing === undefined ? error : noStore(missing)
  }
}

/** @throws ProblemError invalid_fields */
function questionOf(field: string, said: readonly Said[]): Asked {
  const asked = askedOf(said)
  if ('fault' in asked) throw invalid(field, asked.fault)
  return asked
}

const replyOf = (ctx: ApiContext, model: string): Reply => ({
  model,
  created: secondsOf(ctx.now()),
  publicUrl: ctx.env.PUBLIC_URL,
})

/** @throws ProblemError not_found */
function kbNamed(model: string): string {
  const kbId = kbOf(model)
  if (kbId === undefined) throw noModel(model)
  return kbId
}

/** Models the caller may use. */
export async function listModels(ctx: ApiContext): Promise<ModelList> {
  const [{ items }, assistants] = await Promise.all([bases.listBases(ctx), assistantNames(ctx)])
  const kbIds = new Set(['default', ...items.map(({ id }) => id)])
  const ids = [
    ...Array.from(kbIds, modelOf),
    ASSISTANT,
    ...assistants.map(assistantModel),
    ctx.env.EMBEDDING_MODEL,
  ]
  return { object: 'list', data: ids.map(modelNamed) }
}

/** @throws ProblemError not_found */
export async function getModel(ctx: ApiContext, id: string): Promise<OpenAiModel> {
  const { data } = await listModels(ctx)
  const found = data.find((model) => model.id === id)
  if (found) return found
  throw noModel(id)
}

const modelNamed = (id: string): OpenAiModel => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'voiceassist',
})

/**
 * Vectors of any texts, by the model whose vectors the knowledge bases hold.
 *
 * @throws ProblemError not_found, invalid_fields, budget_exceeded, dependency_down
 */
export async function createEmbeddings(
  ctx: ApiContext,
  request: EmbeddingRequest,
  signal: AbortSignal,
): Promise<EmbeddingList> {
  const { EMBEDDING_MODEL: model } = ctx.env
  if (request.model !== model) throw noModel(request.model)
  const { dimensions } = profileOf(model)
  if ((request.dimensions ?? dimensions) !== dimensions) {
    throw invalid('dimensions', `Vectors have ${dimensions} dimensions here, no others.`)
  }
  await requireModels(ctx)
  const inputs = typeof request.input === 'string' ? [request.input] : request.input
  const all: number[][] = []
  let tokens = 0
  for (let from = 0; from < inputs.length; from += EMBEDDING_BATCH) {
    const texts = inputs.slice(from, from + EMBEDDING_BATCH)
    const made = await embedTexts(ctx, 'embed_text', texts, { signal })
    all.push(...made.vectors)
    tokens += made.tokens
  }
  const data = all.map((vector, index) => {
    const embedding = request.encoding_format === 'base64' ? base64Of(vector) : vector
    return { object: 'embedding' as const, index, embedding }
  })
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } }
}

function noModel(id: string): ProblemError {
  const detail = `There is no model ${id}; GET /v1/models lists those there are.`
  return new ProblemError('not_found', detail)
}

export function noStore(id: string): ProblemError {
  return new ProblemError('not_found', `There is no vector store with the id ${id}.`)
}
