/** Chat completions, streamed, from any OpenAI-compatible API. Its types stop here. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { callOpenAi, countTokens, type OpenAiEnv } from '../../shared/openai.ts'
import type { Span } from '../../shared/trace-span.ts'
import { traceStream } from '../../shared/tracing.ts'
import type { Message } from './prompt.ts'

export type ChatContext = WithEnv<OpenAiEnv & { readonly CHAT_MODEL: string }>

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
  const use = { model, purpose: 'answer' } as const
  const chunks = await callOpenAi(ctx, use, signal, (client, options) => {
    const stream_options = { include_usage: true }
    const request = { model, messages: [...messages], stream: true as const, stream_options }
    return client.chat.completions.create(request, options)
  })
  const usage: Usage = { inputTokens: 0, outputTokens: 0 }
  const seen = { end: false }
  try {
    for await (const chunk of chunks) {
      const delta = read(chunk, usage, seen)
      if (delta) yield delta
    }
  } catch (error) {
    throw signal.aborted ? error : brokenOff(error)
  }
  signal.throwIfAborted()
  if (!seen.end) throw brokenOff(undefined)
  const { inputTokens, outputTokens } = usage
  span.set({
    'gen_ai.usage.input_tokens': inputTokens,
    'gen_ai.usage.output_tokens': outputTokens,
  })
  countTokens(ctx, model, { input: inputTokens, output: outputTokens })
  return usage
}

interface Chunk {
  choices: { delta: { content?: string | null }; finish_reason: string | null }[]
  usage?: { prompt_tokens: number; completion_tokens: number } | null
}

/** The chunk's text; notes the end and, in the last chunk, what it cost. */
function read({ choices, usage: counted }: Chunk, usage: Usage, seen: { end: boolean }) {
  const [choice] = choices
  if (choice?.finish_reason) seen.end = true
  if (counted) {
    usage.inputTokens = counted.prompt_tokens
    usage.outputTokens = counted.completion_tokens
  }
  return choice?.delta.content
}

function brokenOff(cause: unknown): ProblemError {
  const detail = 'The model stopped in the middle of its answer. Ask again.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 1 })
}
