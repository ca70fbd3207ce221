/** What an assistant did for its answer, as the extension `va` tells it. Pure. */
import { citedOf } from './proof.ts'
import type { TurnReply } from './wire-types.ts'

export function proofOf(publicUrl: string, reply: TurnReply) {
  const { session_id, assistant_id, assistant_version, tool_calls, tools_executed } = reply
  const { tool_failures, fallback_used, model, cost_micro_dollars, timings, citations } = reply
  return {
    session_id,
    assistant_id,
    assistant_version,
    tool_calls: [...tool_calls],
    tools_executed: [...tools_executed],
    tool_failures,
    fallback_used,
    model,
    cost: { micro_dollars: cost_micro_dollars },
    timings_ms: timings,
    citations: citations.map((citation) => citedOf(publicUrl, citation)),
  }
}
