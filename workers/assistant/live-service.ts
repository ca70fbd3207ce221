/**
 * What a speech model of another's needs to speak for the assistant: what it is told, the tools it may ask
 * for, and these carried out here. Its words are its own; nothing of them is verified.
 */
import { withSpan } from '../../shared/tracing.ts'
import { examineCall } from './examine.ts'
import { attempt } from './perform.ts'
import { platformTools, searchFor, type SpeakContext } from './speak-service.ts'
import { liveRules, type SpokenRequest } from './speak.ts'
import type { ToolDescription, ToolOutcome } from './turn-state.ts'
import { trimResult } from './window.ts'

export interface LiveCall {
  callId: string
  name: string
  arguments: string
}

export interface Live {
  instructions: string
  /** The platform's tools this reply may use. */
  tools: readonly ToolDescription[]
  /** Never throws; what failed is told to the model. */
  run(call: LiveCall): Promise<{ ok: boolean; content: string }>
}

export async function prepareLive(
  ctx: SpeakContext,
  asked: SpokenRequest,
  signal: AbortSignal,
): Promise<Live> {
  const [found, tools] = await Promise.all([
    searchFor(ctx, asked, signal),
    platformTools(ctx, asked),
  ])
  const spec = { tools, maxSteps: 1, phrases: { sorry: '', noAnswer: '' } }

  async function carryOut(call: LiveCall): Promise<ToolOutcome> {
    const { callId, name } = call
    const verdict = examineCall(spec, [name], call, false)
    const tool = tools.get(name)
    if (verdict.type !== 'run' || !tool) {
      const problem = verdict.type === 'refuse' ? verdict.problem : 'it needs the user to agree.'
      return { ok: false, problem }
    }
    const calling = {
      sessionId: asked.sessionId,
      messageId: asked.turnId,
      idempotencyKey: `${asked.turnId}:${callId}`,
      history: asked.history,
      knowledgeBases: asked.assistant?.knowledge_bases ?? undefined,
      found: () => undefined,
    }
    const attributes = { 'gen_ai.tool.name': name }
    return withSpan({ name: 'tool.execute', attributes }, (span) =>
      attempt(ctx, tool, verdict.args, calling, { stopped: signal, span }),
    )
  }

  return {
    instructions: liveRules(asked, found.text),
    tools: [...tools.values()].map(({ description }) => description),
    async run(call) {
      const outcome = await carryOut(call)
      const status = outcome.ok ? 'ok' : 'failed'
      if (tools.has(call.name)) {
        ctx.metrics.inc('voiceassist_tool_calls_total', { tool: call.name, status })
      }
      const content = outcome.ok ? outcome.content : `The tool failed: ${outcome.problem}`
      return { ok: outcome.ok, content: trimResult(content) }
    },
  }
}
