/** A reply as the protocol writes it, with how it ended and what it used. */
import type { Response, Session } from './session.ts'
import { itemOf } from './wire-items.ts'

/** How a reply ended. */
export type Outcome =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'failed'; message: string }

export const detailsOf = (outcome: Exclude<Outcome, { status: 'completed' }>) =>
  outcome.status === 'cancelled'
    ? { type: outcome.status, reason: outcome.reason }
    : {
        type: outcome.status,
        error: { type: 'server_error', code: 'reply_failed', message: outcome.message },
      }

export function responseOf({ id: sessionId, items, config }: Session, response: Response) {
  const output = items.filter(
    (item) =>
      item.id === response.itemId ||
      ((item.type === 'function_call' || item.type === 'mcp_call') &&
        item.responseId === response.id),
  )
  return {
    object: 'realtime.response' as const,
    id: response.id,
    ...(!response.isAside && { conversation_id: `conv_${sessionId}` }),
    output: output.map(itemOf),
    output_modalities: [response.modality],
    audio: { output: { format: response.format, voice: response.voice } },
    max_output_tokens: config.max_output_tokens,
    metadata: response.metadata,
  }
}

/** Speech is priced by the provider's own models, which count no tokens here. */
export function usageOf({ usage: { inputTokens, outputTokens } }: Response) {
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: { text_tokens: inputTokens, audio_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: outputTokens, audio_tokens: 0 },
  }
}

export function partOf({ modality }: Response, text: string) {
  return modality === 'audio'
    ? { type: 'audio' as const, transcript: text }
    : { type: 'text' as const, text }
}
