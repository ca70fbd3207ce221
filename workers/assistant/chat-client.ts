/**
 * One reply of a chat model with tools, streamed, from the first model of the chain that answers. The
 * provider's types stop here.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { type ChatProvider, chatProviders } from '../../shared/model-provider.ts'
import { callOpenAi, isKeyRefused, type OpenAiEnv } from '../../shared/openai.ts'
import type { RedisEnv } from '../../shared/redis.ts'
import { findSecret, isSet } from '../../shared/secret.ts'
import { sharedGate } from '../../shared/shared-gate.ts'
import type { Span } from '../../shared/trace-span.ts'
import { traceStream } from '../../shared/tracing.ts'
import { type ChatMeter, openChat, type UsageContext } from '../usage/service.ts'
import { type AlertContext, alertRefusedKey } from './alert-service.ts'
import { addCall, type Body, bodyOf, type CallPiece, type ModelRequest } from './chat-wire.ts'
import { chainOf, ownerOf } from './model-chain.ts'
import type { Usage } from './schemas.ts'
import type { Call } from './turn-state.ts'

export interface ModelEnv extends OpenAiEnv, RedisEnv {
  readonly CHAT_MODEL: string
  /** Names with commas; may be empty. */
  readonly CHAT_FALLBACK_MODELS: string
  readonly MAX_ANSWER_LENGTH: string
  /** Seconds a turn may take. */
  readonly TURN_TIMEOUT: string
}

export type ModelContext = UsageContext & WithEnv<ModelEnv> & AlertContext

export interface ModelReply {
  calls: Omit<Call, 'id'>[]
  usage: Usage
  model: string
  fellBack: boolean
}

/**
 * Yields text deltas, in order; returns what else the model said. A model that fails before its first
 * word, or does not say it within its share of the turn's time, is passed over for the next.
 *
 * @param signal Stops the model mid-reply; the generator then throws an AbortError.
 * @throws ProblemError dependency_down when no model answers, or one stops in the middle;
 *   budget_exceeded
 */
export function streamReply(
  ctx: ModelContext,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<string, ModelReply> {
  const attributes = { 'gen_ai.operation.name': 'chat' }
  return traceStream({ name: 'agent.call_llm', attributes }, (span) =>
    reply(ctx, request, signal, span),
  )
}

async function* reply(
  ctx: ModelContext,
  request: ModelRequest,
  signal: AbortSignal,
  span: Span,
): AsyncGenerator<string, ModelReply> {
  const models = chainOf(ctx.env, request.model)
  const providers = await providersOf(ctx)
  let failure: unknown
  for (const [index, model] of models.entries()) {
    const { provider: elsewhere, model: name } = ownerOf(model, providers)
    const { host: provider } = new URL(elsewhere?.url ?? ctx.env.OPENAI_BASE_URL)
    const gate = sharedGate(ctx, 'openai', `chat:${provider}:${name}`)
    // The last one is tried whatever became of it before, and waited for: there is no other.
    const isLast = index === models.length - 1
    if (!isLast && !(await gate.isOpenTo())) {
      ctx.metrics.inc('voiceassist_agent_fallback_total', { reason: 'left_alone' })
      continue
    }
    const patienceMs = isLast ? undefined : (Number(ctx.env.TURN_TIMEOUT) * 1000) / models.length
    const attempt = attemptModel(
      ctx,
      { model, name, provider, elsewhere, patienceMs },
      request,
      signal,
    )
    const first = await attempt.next().catch((error: unknown) => {
      // Every other model would cost something too.
      if (signal.aborted || isOverBudget(error)) throw error
      failure = error
    })
    if (!first) {
      gate.fail()
      if (isKeyRefused(failure)) alertRefusedKey(ctx, provider)
      const reason = isLast ? 'unavailable' : 'failed'
      ctx.metrics.inc('voiceassist_agent_fallback_total', { reason })
      ctx.log.warn('the model failed', { model, error: failure, next: models[index + 1] ?? 'none' })
      continue
    }
    gate.succeed()
    span.set({ 'gen_ai.request.model': model })
    const whole = yield* following(first, attempt)
    span.set({
      'gen_ai.usage.input_tokens': whole.usage.input_tokens,
      'gen_ai.usage.output_tokens': whole.usage.output_tokens,
      tool_calls_count: whole.calls.length,
    })
    return { ...whole, model, fellBack: index > 0 }
  }
  throw failure
}

/** Whether a budget refused the call. */
export const isOverBudget = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.code === 'budget_exceeded'

type Whole = Pick<ModelReply, 'calls' | 'usage'>

async function* following(
  first: IteratorResult<string, Whole>,
  rest: AsyncGenerator<string, Whole>,
): AsyncGenerator<string, Whole> {
  if (first.done) return first.value
  try {
    yield first.value
    return yield* rest
  } finally {
    await rest.return({ calls: [], usage: { input_tokens: 0, output_tokens: 0 } })
  }
}

interface Attempt {
  /** As the chain names it; what it costs is under this name too. */
  model: string
  /** As its provider names it. */
  name: string
  /** Host of the provider. */
  provider: string
  elsewhere: ChatProvider | undefined
  patienceMs: number | undefined
}

/** Providers beside the first one. @throws ProblemError misconfigured when the secret is none */
async function providersOf({ env, now }: ModelContext): Promise<ChatProvider[]> {
  if (!isSet(env, PROVIDERS)) return []
  const found = await findSecret(env, PROVIDERS, now())
  const { providers, fault } = chatProviders(found?.current ?? '')
  if (fault === undefined) return providers
  throw new ProblemError('misconfigured', `Correct these variables: ${PROVIDERS} ${fault}.`)
}

const PROVIDERS = 'CHAT_PROVIDERS'

async function* attemptModel(
  ctx: ModelContext,
  { model, name, provider, elsewhere, patienceMs }: Attempt,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<string, Whole> {
  const patience = new AbortController()
  const either = AbortSignal.any([signal, patience.signal])
  const seen = { end: false }
  const calls: Omit<Call, 'id'>[] = []
  const usage: Usage = { input_tokens: 0, output_tokens: 0 }
  const body = bodyOf(name, request, Number(ctx.env.MAX_ANSWER_LENGTH))
  const meter = await openChat(ctx, { model, provider, purpose: 'assist' }, body, either)
  const timer =
    patienceMs === undefined ? undefined : setTimeout(() => patience.abort(tooSlow()), patienceMs)
  try {
    const stream = await open(ctx, { model, elsewhere }, body, either)
    meter.answered()
    for await (const chunk of stream) {
      if (chunk.choices.length > 0) clearTimeout(timer)
      const delta = read(chunk, { calls, usage, seen, meter })
      if (delta) yield delta
    }
  } catch (error) {
    if (signal.aborted || error instanceof ProblemError) throw error
    throw patience.signal.aborted ? tooSlow() : brokenOff(error)
  } finally {
    clearTimeout(timer)
    meter.close()
  }
  signal.throwIfAborted()
  if (!seen.end) throw patience.signal.aborted ? tooSlow() : brokenOff(undefined)
  return { calls, usage }
}

function open(
  ctx: ModelContext,
  from: Pick<Attempt, 'model' | 'elsewhere'>,
  body: Body,
  signal: AbortSignal,
) {
  return callOpenAi(ctx, { ...from, purpose: 'assist' }, signal, (client, options) =>
    client.chat.completions.create(body, options),
  )
}

interface Chunk {
  choices: {
    delta: {
      content?: string | null
      tool_calls?: CallPiece[]
    }
    finish_reason: string | null
  }[]
  usage?: { prompt_tokens: number; completion_tokens: number } | null
}

interface Reading extends Whole {
  seen: { end: boolean }
  meter: ChatMeter
}

/** The chunk's text; notes its calls, the end and, in the last chunk, what it cost. */
function read({ choices, usage: counted }: Chunk, { calls, usage, seen, meter }: Reading) {
  const [choice] = choices
  if (choice?.finish_reason) seen.end = true
  if (counted) {
    meter.count(counted)
    usage.input_tokens = counted.prompt_tokens
    usage.output_tokens = counted.completion_tokens
  }
  for (const piece of choice?.delta.tool_calls ?? []) meter.hear(addCall(calls, piece))
  const text = choice?.delta.content
  if (text) meter.hear(text)
  return text
}

const tooSlow = () => new ProblemError('timed_out', 'The model took too long to begin.')

function brokenOff(cause: unknown): ProblemError {
  const detail = 'The model stopped in the middle of its answer. Ask again.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 1 })
}
