/** A finished turn as its caller reads it. Pure. */
import { phrasesIn } from './phrases.ts'
import type { Language, Part, Reply, ToolCall } from './schemas.ts'

interface About {
  sessionId: string
  messageId: string
  turn: number
  assistantId: string | null
  assistantVersion: number | null
  language: Language
}

type Ended = Pick<Reply, 'status' | 'reason' | 'model' | 'usage' | 'timings'> & {
  content: string
  costMicroDollars: number
  parts: readonly Part[]
  toolCalls: readonly ToolCall[]
  fallbackUsed: boolean
}

export function replyOf(about: About, ended: Ended): Reply {
  const { sessionId, messageId, turn, language } = about
  const { status, reason, model, usage, timings, content, toolCalls, fallbackUsed } = ended
  const ran = toolCalls.filter(({ status: outcome }) => outcome === 'ok' || outcome === 'failed')
  const success = status === 'complete' || status === 'partial'
  return {
    success,
    error: success ? null : phrasesIn(language).sorry,
    session_id: sessionId,
    message_id: messageId,
    assistant_id: about.assistantId,
    assistant_version: about.assistantVersion,
    turn,
    status,
    reason,
    text: content,
    citations: citationsOf(ended.parts),
    tool_calls: [...toolCalls],
    tools_executed: [...new Set(ran.map(({ tool_name }) => tool_name))],
    tool_failures: toolCalls.filter(({ status: outcome }) => outcome === 'failed').length,
    fallback_used: fallbackUsed,
    model,
    usage,
    cost_micro_dollars: ended.costMicroDollars,
    timings,
  }
}

export const citationsOf = (parts: readonly Part[]) =>
  parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : []))
