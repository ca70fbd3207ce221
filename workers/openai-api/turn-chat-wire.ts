/**
 * An assistant's turn as a chat completion: its words, then the calls that are the caller's to make. What
 * ran here is in `va`, of which clients take no notice.
 */
import { markAnnotations } from './chat-wire.ts'
import { proofOf } from './turn-proof.ts'
import type { Ended, HappenedInTurn, Reply } from './wire-types.ts'

export function turnCompletionOf(reply: Reply, turnId: string, ended: Ended) {
  const { text, citations, usage } = ended.reply
  const calls = ended.calls.map(toCall)
  const message = {
    role: 'assistant' as const,
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    annotations: markAnnotations(reply, citations, text, 0),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  const choice = { index: 0, message, logprobs: null, finish_reason: finishOf(ended) }
  return {
    id: idOf(turnId),
    object: 'chat.completion' as const,
    created: reply.created,
    model: reply.model,
    choices: [choice],
    usage: usageOf(usage),
    va: proofOf(reply.publicUrl, ended.reply),
  }
}

/** The same as chunks. @param withUsage Whether the last one tells what was counted. */
export function createTurnChunks(reply: Reply, withUsage: boolean) {
  const citations: Ended['reply']['citations'] = []
  let [id, length] = ['', 0]
  const chunk = (delta: object, finish: string | null = null) => ({
    id,
    object: 'chat.completion.chunk' as const,
    created: reply.created,
    model: reply.model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(withUsage && { usage: null }),
  })

  function say(content: string): object {
    const annotations = markAnnotations(reply, citations, content, length)
    length += content.length
    return chunk({ content, ...(annotations.length > 0 && { annotations }) })
  }

  return (event: HappenedInTurn): object[] => {
    switch (event.type) {
      case 'begun':
        id = idOf(event.turnId)
        return [chunk({ role: 'assistant', content: '', refusal: null })]
      case 'part': {
        const { part } = event
        if (part.type === 'text') return [say(part.text)]
        if (part.type !== 'citation') return [{ ...chunk({}), va: part }]
        citations.push(part.citation)
        return []
      }
      case 'done': {
        const { calls } = event
        const told = calls.map((call, index) => chunk({ tool_calls: [{ index, ...toCall(call) }] }))
        const last = { ...chunk({}, finishOf(event)), va: proofOf(reply.publicUrl, event.reply) }
        const usage = usageOf(event.reply.usage)
        return [...told, last, ...(withUsage ? [{ ...chunk({}), choices: [], usage }] : [])]
      }
    }
  }
}

const idOf = (turnId: string) => `chatcmpl-${turnId}`

const toCall = ({ id, name, arguments: text }: Ended['calls'][number]) => {
  return { id, type: 'function' as const, function: { name, arguments: text } }
}

const finishOf = ({ calls, reply }: Ended) => {
  if (calls.length > 0) return 'tool_calls' as const
  return reply.reason === 'step_limit' ? ('length' as const) : ('stop' as const)
}

const usageOf = ({ input_tokens: input, output_tokens: output }: Ended['reply']['usage']) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})
