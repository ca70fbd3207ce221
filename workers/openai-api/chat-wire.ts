/**
 * Chat completions as OpenAI's clients read them: https://platform.openai.com/docs/api-reference/chat.
 * What they show of sources differs, so a citation is in there three times: as [n] in the text, as
 * `url_citation`, and whole in `va`.
 */
import { extensionOf, marksOf, viewerUrl } from './proof.ts'
import type { Cited, Happened, Proved, Reply } from './wire-types.ts'

export function completionOf(reply: Reply, answer: Proved) {
  const { text: content, citations } = answer
  const annotations = markAnnotations(reply, citations, content, 0)
  const message = { role: 'assistant' as const, content, refusal: null, annotations }
  return {
    id: idOf(answer.answerId),
    object: 'chat.completion' as const,
    created: reply.created,
    model: reply.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' as const }],
    usage: usageOf(answer),
    va: extensionOf(reply.publicUrl, answer),
  }
}

/** The same as chunks. @param withUsage Whether the last one tells what was counted. */
export function createChunks(reply: Reply, withUsage: boolean) {
  const citations: Cited[] = []
  let [id, length] = ['', 0]
  const chunk = (delta: object, finish: 'stop' | null = null) => ({
    id,
    object: 'chat.completion.chunk' as const,
    created: reply.created,
    model: reply.model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(withUsage && { usage: null }),
  })
  return (event: Happened): object[] => {
    switch (event.type) {
      case 'found':
        id = idOf(event.answerId)
        return [chunk({ role: 'assistant', content: '', refusal: null })]
      case 'citation':
        citations.push(event.citation)
        return []
      case 'delta': {
        const annotations = markAnnotations(reply, citations, event.text, length)
        length += event.text.length
        return [chunk({ content: event.text, ...(annotations.length > 0 && { annotations }) })]
      }
      case 'done': {
        const va = extensionOf(reply.publicUrl, event.answer)
        const last = { ...chunk({}, 'stop'), va }
        const usage = usageOf(event.answer)
        return withUsage ? [last, { ...chunk({}), choices: [], usage }] : [last]
      }
    }
  }
}

const idOf = (answerId: string) => `chatcmpl-${answerId}`

/** One per mark in the piece. @param at The piece's place in the whole text. */
export const markAnnotations = (
  { publicUrl }: Reply,
  citations: readonly Cited[],
  piece: string,
  at: number,
) =>
  marksOf(piece, at).flatMap(({ number, start: start_index, end: end_index }) => {
    const citation = citations.find((known) => known.number === number)
    if (!citation) return []
    const place = { start_index, end_index, title: citation.title }
    const url_citation = { ...place, url: viewerUrl(publicUrl, citation) }
    return [{ type: 'url_citation' as const, url_citation }]
  })

const usageOf = ({ usage: { inputTokens, outputTokens } }: Proved) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
})
