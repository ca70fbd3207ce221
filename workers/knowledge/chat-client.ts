/** Chat completions, streamed, from any OpenAI-compatible API. Its types stop here. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, type OpenAiEnv } from '../../shared/openai.ts'
import type { Span } from '../../shared/trace-span.ts'
import { traceStream } from '../../shared/tracing.ts'
import { type ChatMeter, openChat, type UsageContext } from '../usage/service.ts'
import type { Message } from './prompt.ts'

export type ChatContext = UsageContext &
  WithEnv<OpenAiEnv & { readonly CHAT_MODEL: string; readonly MAX_ANSWER_LENGTH: string }>

export interface Usage {
  inputTokens: number
  outputTokens: number
}

/**
 * Yields text deltas, in order; returns what the provider counted.
 *
 * @param signal Stops the model mid-reply; the generator then throws an AbortError.
 * @throws ProblemError dependency_down, also when the stream breaks off before its end
 */
export function streamChat(
  ctx: ChatContext,
  messages: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<string, Usage> {
  const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': ctx.env.CHAT_MODEL }
  return traceStream({ name: 'agent.call_llm', attributes }, (span) =>
    stream(ctx, messages, signal, span),
  )
}

async function* stream(
  ctx: ChatContext,
  messages: readonly Message[],
  signal: AbortSignal,
  span: Span,
): AsyncGenerator<string, Usage> {
  const { CHAT_MODEL: model } = ctx.env
  const request = {
    model,
    messages: [...messages],
    max_completion_tokens: Number(ctx.env.MAX_ANSWER_LENGTH),
    stream: true as const,
    stream_options: { include_usage: true },
  }
  const use = { model, purpose: 'answer' } as const
  const meter = await openChat(ctx, use, request, signal)
  const usage: Usage = { inputTokens: 0, outputTokens: 0 }
  const seen = { end: false }
  try {
    const chunks = await callOpenAi(ctx, use, signal, (client, options) =>
      client.chat.completions.create(request, options),
    )
    meter.answered()
    yield* read(chunks, { usage, seen, meter, signal })
  } finally {
    meter.close()
  }
  signal.throwIfAborted()
  if (!seen.end) throw brokenOff(undefined)
  const { inputTokens, outputTokens } = usage
  span.set({
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  })
  return usage
}

interface Chunk {
  choices: { delta: { content?: string | null }; finish_reason: string | null }[]
  usage?: { prompt_tokens: number; completion_tokens: number } | null
}

interface Reading {
  usage: Usage
  seen: { end: boolean }
  meter: ChatMeter
  signal: AbortSignal
}

/** The chunks' texts; notes the end and, in the last chunk, what it cost. */
async function* read(
  chunks: AsyncIterable<Chunk>,
  { usage, seen, meter, signal }: Reading,
): AsyncGenerator<string> {
  try {
    for await (const { choices, usage: counted } of chunks) {
      const [choice] = choices
      if (choice?.finish_reason) seen.end = true
      if (counted) {
        meter.count(counted)
        usage.inputTokens = counted.prompt_tokens
        usage.outputTokens = counted.completion_tokens
      }
      const text = choice?.delta.content
      if (!text) continue
      meter.hear(text)
      yield text
    }
  } catch (error) {
    throw signal.aborted ? error : brokenOff(error)
  }
}

function brokenOff(cause: unknown): ProblemError {
  const detail = 'The model stopped in the middle of its answer. Ask again.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 1 })
}
